package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.Euler;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.sample.sigma.OdeInTime;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;

/** Whole trajectories of EDM's sampler and of the one with which it compares processes. */
final class EdmCheck implements GoldenCheck {

    private static final VariancePreserving VP = new VariancePreserving();

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("samplers")
                && (golden.symbol().equals("generate.edm_sampler")
                        || golden.symbol().equals("generate.ablation_sampler"));
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        DiffusionProcess process = process(golden);
        TimeGrid grid = process.grid(levels(config));
        AnalyticDenoiser model = new AnalyticDenoiser(process, golden);
        NoiseStream noise = (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, address - 1);
        Tensor start = Comparison.tensor(golden.input("latents"), ScalarType.Double)
                .mul(new Scalar(process.sigma(grid.time(0))));

        Tensor end = sampler(config).sample(model, grid, start, noise, step -> {});

        out.expect("x_final", end);
        end.close();
        out.expect(
                "model_sigmas",
                model.calls().stream()
                        .mapToDouble(call -> process.noiseToSignal(call.t()))
                        .toArray());
    }

    private static Sampler sampler(JsonNode config) {
        Churn churn = new Churn(
                config.get("S_churn").asDouble(),
                config.get("S_min").asDouble(),
                config.get("S_max").asDouble(Double.POSITIVE_INFINITY),
                config.get("S_noise").asDouble());
        boolean euler = config.path("solver").asText().equals("euler");
        double node = config.path("alpha").asDouble(1);
        if (config.path("schedule").asText("linear").equals("linear") && node == 1) {
            return euler ? new Euler(churn) : new Heun(churn);
        }
        return new OdeInTime(euler ? 0 : node, churn);
    }

    private static DiffusionProcess process(GoldenCase golden) {
        if (golden.hasInput("net_sigma_table")) {
            return new Rounding(golden.input("net_sigma_table").values());
        }
        return switch (golden.config().path("schedule").asText("linear")) {
            case "vp" -> VP;
            case "ve" -> new VarianceExploding(0.5);
            default -> new VarianceExploding();
        };
    }

    private static double[] levels(JsonNode config) {
        int n = config.get("num_steps").asInt();
        double lowest = config.get("net_sigma_min").asDouble();
        double highest = config.get("net_sigma_max").asDouble(Double.POSITIVE_INFINITY);
        return switch (config.path("discretization").asText("edm")) {
            case "vp" -> NoiseSpacing.variancePreserving(n, VP.betaRange(), VP.betaMin(), 1e-3);
            case "ve" -> NoiseSpacing.EXPONENTIAL.levels(n, 0.02, 100);
            case "iddpm" -> iddpm(n);
            default ->
                NoiseSpacing.karras(
                        n,
                        Math.max(lowest, config.get("sigma_min").asDouble(0.002)),
                        Math.min(highest, config.get("sigma_max").asDouble(80)),
                        config.get("rho").asDouble());
        };
    }

    /** n of the levels of IDDPM's cosine schedule between 0.002 and 81. */
    private static double[] iddpm(int n) {
        DiscreteProcess cosine = new DiscreteProcess(BetaSchedule.cosine(1000).table());
        double[] levels = IntStream.range(0, 1000)
                .mapToDouble(cosine::noiseToSignal)
                .filter(level -> 0.002 <= level && level <= 81)
                .toArray();
        return Arrays.stream(Spacing.LINSPACE.timesteps(n, levels.length))
                .mapToDouble(t -> levels[t])
                .toArray();
    }

    /** A network that knows the noise levels of a table alone. */
    private record Rounding(double[] table) implements DiffusionProcess {

        @Override
        public double alpha(double t) {
            return 1;
        }

        @Override
        public double sigma(double t) {
            return t;
        }

        @Override
        public double networkTime(double t) {
            return t;
        }

        @Override
        public double timeAt(double ratio) {
            return ratio == 0
                    ? 0
                    : Arrays.stream(table)
                            .boxed()
                            .min((a, b) -> Double.compare(Math.abs(a - ratio), Math.abs(b - ratio)))
                            .orElseThrow();
        }
    }
}
