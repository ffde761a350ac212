package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
        TimeGrid grid = process.grid(levels(golden));
        if (config.get("S_churn").asDouble() == 0) {
            golden.needsNo("inputs.noise"); // drawn, but of no weight
        }
        AnalyticDenoiser model = new AnalyticDenoiser(process, golden);
        NoiseStream noise = (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, address - 1);
        Tensor start = Comparison.tensor(golden.input("latents"), ScalarType.Double)
                .mul(new Scalar(process.sigma(grid.time(0))));

        Tensor end = sampler(golden).sample(model, grid, start, noise, step -> {});

        out.expect("x_final", end);
        end.close();
        out.expect(
                "model_sigmas",
                model.calls().stream()
                        .mapToDouble(call -> process.noiseToSignal(call.t()))
                        .toArray());
    }

    private static Sampler sampler(GoldenCase golden) {
        JsonNode config = golden.config();
        Churn churn = new Churn(
                config.get("S_churn").asDouble(),
                config.get("S_min").asDouble(),
                config.get("S_max").asDouble(Double.POSITIVE_INFINITY),
                config.get("S_noise").asDouble());
        if (config.get("sampler").asText().equals("edm_sampler")) {
            return new Heun(churn);
        }
        boolean euler = config.get("solver").asText().equals("euler");
        double node = config.get("alpha").asDouble();
        if (config.get("schedule").asText().equals("linear") && node == 1) {
            return euler ? new Euler(churn) : new Heun(churn);
        }
        return new OdeInTime(euler ? 0 : node, churn);
    }

    private static DiffusionProcess process(GoldenCase golden) {
        if (golden.hasInput("net_sigma_table")) {
            return new Rounding(golden.input("net_sigma_table").values());
        }
        String schedule = golden.config().path("schedule").asText("linear");
        String scaling = golden.config().path("scaling").asText("none");
        return switch (schedule + " " + scaling) {
            case "vp vp" -> VP;
            case "ve none" -> new VarianceExploding(0.5);
            case "linear none" -> new VarianceExploding();
            default -> throw new IllegalArgumentException("schedule and scaling " + schedule + " " + scaling);
        };
    }

    private static double[] levels(GoldenCase golden) {
        JsonNode config = golden.config();
        int n = config.get("num_steps").asInt();
        String discretization = config.path("discretization").asText("edm");
        List<String> others =
                new ArrayList<>(List.of("config.epsilon_s", "config.C_1", "config.C_2", "config.M", "config.rho"));
        others.removeAll(Map.of(
                        "vp", List.of("config.epsilon_s"),
                        "ve", List.<String>of(),
                        "iddpm", List.of("config.C_1", "config.C_2", "config.M"),
                        "edm", List.of("config.rho"))
                .get(discretization));
        golden.needsNo(others.toArray(String[]::new)); // of other discretizations
        double lowest = config.get("net_sigma_min").asDouble();
        double highest = config.get("net_sigma_max").asDouble(Double.POSITIVE_INFINITY);
        return switch (discretization) {
            case "vp" ->
                NoiseSpacing.variancePreserving(
                        n, VP.betaRange(), VP.betaMin(), config.get("epsilon_s").asDouble());
            case "ve" -> NoiseSpacing.EXPONENTIAL.levels(n, 0.02, 100);
            case "iddpm" -> iddpm(n, config);
            default ->
                NoiseSpacing.karras(
                        n,
                        Math.max(lowest, config.get("sigma_min").asDouble(0.002)),
                        Math.min(highest, config.get("sigma_max").asDouble(80)),
                        config.get("rho").asDouble());
        };
    }

    /** n of the levels of IDDPM's cosine schedule between 0.002 and 81. */
    private static double[] iddpm(int n, JsonNode config) {
        assertThat(config.get("C_1").asDouble()).as("1 less the largest beta").isEqualTo(0.001);
        int total = config.get("M").asInt();
        DiscreteProcess cosine = new DiscreteProcess(
                BetaSchedule.cosine(total, config.get("C_2").asDouble()).table());
        double[] levels = IntStream.range(0, total)
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
