package org.diffusion4j.process.continuous;

import static org.diffusion4j.engine.Require.require;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.FlowMatching;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * A process in continuous time as recipes and model folders name it, and with it what the network's output means and which times a
 * sampler visits. The network receives a number between about 0 and 999, or NCSN's label.
 *
 * @param sigmaMin the least noise of {@code ve} and {@code ncsn}
 * @param sigmaMax their most
 * @param levels how many noise levels {@code ncsn} has
 * @param sigmaData the standard deviation of the data, for {@code edm}
 * @param time which number the network of {@code ve} and {@code edm} receives
 */
public record ProcessSettings(
        Kind kind, double sigmaMin, double sigmaMax, int levels, double sigmaData, NetworkTime time) {

    private static final double LAST_TIMESTEP = 999; // the label of t = 1 in the code of Song et al. (2021)
    private static final String KIND = "kind";
    private static final String TIME = "time";

    /** Which number a network receives for the time. */
    public enum NetworkTime {

        /** One between about 0 and 999, for the sinusoids of a U-Net of timesteps. */
        TIMESTEPS("timesteps"),

        /** That of the authors' own networks: sigma of {@code ve}, {@code log(sigma)/4} of {@code edm}. */
        AUTHORS("authors");

        private final String text;

        NetworkTime(String text) {
            this.text = text;
        }

        /** The name in recipes and model folders. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** The processes. */
    public enum Kind {

        /** The variance-exploding SDE (Song et al., ICLR 2021, equation 30); the network predicts eps, as in the following. */
        VE("ve", "sigmaMin", "sigmaMax", TIME) {
            @Override
            ContinuousProcess process(ProcessSettings s) {
                ContinuousProcess exploding = new GeometricExploding(s.sigmaMin, s.sigmaMax);
                return s.time == NetworkTime.AUTHORS ? exploding : onTimesteps(exploding);
            }
        },

        /** The variance-preserving SDE with betas from 0.1 to 20 (equation 33 there). */
        VP("vp") {
            @Override
            ContinuousProcess process(ProcessSettings s) {
                return onTimesteps(new VariancePreserving());
            }
        },

        /** The sub-VP SDE with the same betas (equation 29 there). */
        SUB_VP("subvp") {
            @Override
            ContinuousProcess process(ProcessSettings s) {
                return onTimesteps(new SubVariancePreserving());
            }
        },

        /** NCSN's chain of noise levels (Song, Ermon, NeurIPS 2019). */
        NCSN("ncsn", "sigmaMin", "sigmaMax", "levels") {
            @Override
            ContinuousProcess process(ProcessSettings s) {
                return new GeometricLevels(s.sigmaMin, s.sigmaMax, s.levels);
            }
        },

        /** EDM (Karras et al., NeurIPS 2022) with its preconditioning and its noise levels of rho 7 from 80 to 0.002. */
        EDM("edm", "sigmaData", TIME) {
            @Override
            ContinuousProcess process(ProcessSettings s) {
                double times = s.time == NetworkTime.AUTHORS ? 1 : 1000;
                return new RetimedContinuous(new VarianceExploding(), sigma -> times * Math.log(sigma) / 4);
            }

            @Override
            Prediction prediction(ProcessSettings s) {
                return new Preconditioned(s.sigmaData);
            }

            @Override
            double[] times(ContinuousProcess p, int steps) {
                return NoiseSpacing.karras(steps, p.firstTime(), p.lastTime(), KARRAS_RHO);
            }
        },

        /** Flow matching along straight lines (Lipman et al., ICLR 2023); the network predicts the velocity. */
        FLOW("flow") {
            @Override
            ContinuousProcess process(ProcessSettings s) {
                return new FlowMatching(LAST_TIMESTEP);
            }

            @Override
            Prediction prediction(ProcessSettings s) {
                return Prediction.FLOW;
            }
        };

        private static final double KARRAS_RHO = 7;

        private final String text;
        private final List<String> keys;

        Kind(String text, String... keys) {
            this.text = text;
            this.keys = List.of(keys);
        }

        abstract ContinuousProcess process(ProcessSettings s);

        Prediction prediction(ProcessSettings s) {
            return Prediction.EPS;
        }

        /** Equal differences of time, from the last to the first. */
        double[] times(ContinuousProcess p, int steps) {
            double length = p.lastTime() - p.firstTime();
            return IntStream.range(0, steps)
                    .mapToDouble(i -> p.lastTime() - (i == 0 ? 0 : length * i / (steps - 1)))
                    .toArray();
        }

        private static ContinuousProcess onTimesteps(ContinuousProcess unit) {
            return new RetimedContinuous(unit, t -> LAST_TIMESTEP * t);
        }

        /** The name in recipes and model folders. */
        @Override
        public String toString() {
            return text;
        }
    }

    public ProcessSettings {
        new GeometricLevels(sigmaMin, sigmaMax, levels); // refuses what it would
        new Preconditioned(sigmaData);
        requireOwn(kind, "sigmaMin", sigmaMin, 0.01);
        requireOwn(kind, "sigmaMax", sigmaMax, 50.0);
        requireOwn(kind, "levels", levels, 232);
        requireOwn(kind, "sigmaData", sigmaData, 0.5);
        requireOwn(kind, TIME, time, NetworkTime.TIMESTEPS);
    }

    private static void requireOwn(Kind kind, String key, Object value, Object usual) {
        require(
                value.equals(usual) || kind.keys.contains(key),
                "process %s has no %s: omit it%s",
                kind,
                key,
                kind.keys.isEmpty() ? "" : "; it has " + String.join(", ", kind.keys));
    }

    /** With sigma from 0.01 to 50, in 232 levels for NCSN (NCSNv2), and EDM's 0.5 for the data. */
    public static ProcessSettings of(Kind kind) {
        return new ProcessSettings(kind, 0.01, 50, 232, 0.5, NetworkTime.TIMESTEPS);
    }

    public ProcessSettings withKind(Kind kind) {
        return Records.with(this, "kind", kind);
    }

    public ProcessSettings withSigmaMin(double sigmaMin) {
        return Records.with(this, "sigmaMin", sigmaMin);
    }

    public ProcessSettings withSigmaMax(double sigmaMax) {
        return Records.with(this, "sigmaMax", sigmaMax);
    }

    public ProcessSettings withLevels(int levels) {
        return Records.with(this, "levels", levels);
    }

    public ProcessSettings withSigmaData(double sigmaData) {
        return Records.with(this, "sigmaData", sigmaData);
    }

    public ProcessSettings withTime(NetworkTime time) {
        return Records.with(this, "time", time);
    }

    /**
     * Reads what {@link #toMap} writes; what it omits is as in {@link #of}.
     *
     * @param source where the tree comes from, for messages
     * @throws FormatException if there is no such process, or a key is not known, or of another process
     */
    public static ProcessSettings fromMap(Map<String, ?> tree, String source) {
        try {
            Kind kind = DidYouMean.choose("process", String.valueOf(tree.get(KIND)), List.of(Kind.values()));
            return Records.CAMEL_CASE.read(of(kind), tree, source);
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** The kind and the numbers that it has. */
    public Map<String, Object> toMap() {
        Map<String, Object> tree = new LinkedHashMap<>();
        Records.CAMEL_CASE.write(this).forEach((key, value) -> {
            boolean said = !key.equals(TIME) || time != NetworkTime.TIMESTEPS;
            if (value != null && said && (key.equals(KIND) || kind.keys.contains(key))) {
                tree.put(key, value);
            }
        });
        return tree;
    }

    /** The process. */
    public ContinuousProcess process() {
        return kind.process(this);
    }

    /** What the network's output means. */
    public Prediction prediction() {
        return kind.prediction(this);
    }

    /**
     * The times of a sampler, from the noisiest, and from the last to the clean sample.
     *
     * @param steps at least 1
     */
    public TimeGrid grid(int steps) {
        ContinuousProcess process = process();
        return TimeGrid.of(kind.times(process, steps), process.timeAt(0));
    }
}
