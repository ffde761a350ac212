package org.diffusion4j.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.edit.Inpainting;
import org.diffusion4j.edit.InterpolatedNoise;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.sde.AnnealedLangevin;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.TimeGrid;

/** NCSN's noise levels, and its annealed Langevin dynamics: plain, with known pixels, and between two noises. */
final class LangevinCheck implements GoldenCheck {

    private static final String DYNAMICS = "models.anneal_Langevin_dynamics";

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("ncsn")
                && (golden.symbol().startsWith(DYNAMICS) || golden.symbol().equals("models.get_sigmas"));
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        switch (golden.symbol()) {
            case "models.get_sigmas" -> levels(golden, out);
            case DYNAMICS -> plain(golden, out);
            case DYNAMICS + "_inpainting" -> inpainting(golden, out);
            default -> interpolation(golden, out);
        }
    }

    private static void levels(GoldenCase golden, Comparison out) {
        var queries = golden.json().path("inputs").path("queries");
        for (int i = 0; i < queries.size(); i++) {
            double begin = queries.get(i).get("sigma_begin").asDouble();
            double end = queries.get(i).get("sigma_end").asDouble();
            int n = queries.get(i).get("num_classes").asInt();
            boolean geometric = queries.get(i).get("sigma_dist").asText().equals("geometric");
            out.expect(
                    "sigmas_" + i,
                    geometric
                            ? NoiseSpacing.EXPONENTIAL.levels(n, end, begin)
                            : NoiseSpacing.karras(n, end, begin, 1)); // equal differences of sigma itself
        }
    }

    private static void plain(GoldenCase golden, Comparison out) {
        boolean denoised = golden.config().get("denoise").asBoolean();
        AnalyticDenoiser model = new AnalyticDenoiser(new VarianceExploding(), golden);
        List<double[]> images = new ArrayList<>();
        Tensor end = sampler(golden, steps(golden))
                .sample(
                        model,
                        grid(golden, 1, denoised),
                        x(golden),
                        recorded(golden, "noise"),
                        step -> images.add(Comparison.values(step.x())));
        end.close();
        out.expect("images", SchedulerReplay.joined(images));
    }

    /** The reference puts the left half back before each step, and shows x then. */
    private static void inpainting(GoldenCase golden, Comparison out) {
        golden.needsNo("config.denoise");
        AnalyticDenoiser model = new AnalyticDenoiser(new VarianceExploding(), golden);
        Tensor refer = Comparison.tensor(golden.input("refer"), ScalarType.Double);
        Tensor x = x(golden);
        long width = x.size(3);
        Tensor left = torch.arange(new Scalar(width)).lt(new Scalar(width / 2.0));
        Tensor known = torch.zeros_like(x);
        known.narrow(3, 0, width / 2).copy_(half(refer, width));
        Tensor noiseLeft = Comparison.tensor(golden.input("noise_left"), ScalarType.Double);
        Tensor first = known.add(widened(noiseLeft.select(0, 0), x), new Scalar(sigmas(golden)[0]));
        NoiseStream noise = (address, like) -> {
            int step = (address - 1) / 4;
            int draw = (address - 1) % 4;
            if (draw == 2) {
                return recorded(golden, "noise").draw(1 + step, like);
            }
            long next = Math.min(step + 1, noiseLeft.size(0) - 1); // after the last step it is of no weight
            return widened(noiseLeft.select(0, next), like);
        };
        Tensor end = new Inpainting(sampler(golden, 1), known, left)
                .sample(model, grid(golden, steps(golden), true), first.where(left, x), noise, step -> {});
        end.close();
        out.expect(
                "images",
                SchedulerReplay.joined(model.calls().stream()
                        .limit((long) sigmas(golden).length * steps(golden))
                        .map(AnalyticDenoiser.Call::x)
                        .toList()));
    }

    private static Tensor half(Tensor refer, long width) {
        return refer.narrow(3, 0, width / 2);
    }

    /** Noise of the left half with zeros on the right. */
    private static Tensor widened(Tensor left, Tensor like) {
        Tensor wide = torch.zeros_like(like);
        wide.narrow(3, 0, left.size(3)).copy_(left);
        return wide;
    }

    private static void interpolation(GoldenCase golden, Comparison out) {
        golden.needsNo("config.denoise");
        AnalyticDenoiser model = new AnalyticDenoiser(new VarianceExploding(), golden);
        Tensor rows = x(golden);
        Tensor noise = Comparison.tensor(golden.input("noise"), ScalarType.Double);
        long[] expected = golden.expected("images").shape();
        int between = (int) (expected[1] / rows.size(0));
        NoiseStream blend = new InterpolatedNoise(drawn(noise, 0), drawn(noise, 1), between);
        List<double[]> images = new ArrayList<>();
        Tensor end = sampler(golden, steps(golden))
                .sample(
                        model,
                        grid(golden, 1, false),
                        rows.repeat_interleave(
                                between,
                                new org.bytedeco.pytorch.LongOptional(0),
                                new org.bytedeco.pytorch.LongOptional()),
                        blend,
                        step -> images.add(Comparison.values(step.x())));
        end.close();
        out.expect("images", SchedulerReplay.joined(images));
    }

    /** The reference draws twice in each step. */
    private static NoiseStream drawn(Tensor noise, int which) {
        return (address, like) -> noise.select(0, 2L * (address - 1) + which);
    }

    private static NoiseStream recorded(GoldenCase golden, String name) {
        return (address, like) ->
                Comparison.tensor(golden.input(name), ScalarType.Double).select(0, address - 1);
    }

    private static Tensor x(GoldenCase golden) {
        return Comparison.tensor(golden.input("x"), ScalarType.Double);
    }

    private static double[] sigmas(GoldenCase golden) {
        return golden.input("sigmas").values();
    }

    private static int steps(GoldenCase golden) {
        return golden.config().get("n_steps_each").asInt();
    }

    private static Sampler sampler(GoldenCase golden, int stepsPerLevel) {
        double[] sigmas = sigmas(golden);
        double least = sigmas[sigmas.length - 1];
        return new AnnealedLangevin(golden.config().get("step_lr").asDouble() / (least * least), stepsPerLevel);
    }

    /** Each level {@code repeats} times. */
    private static TimeGrid grid(GoldenCase golden, int repeats, boolean toClean) {
        double[] sigmas = sigmas(golden);
        double[] times = IntStream.range(0, sigmas.length * repeats)
                .mapToDouble(i -> sigmas[i / repeats])
                .toArray();
        double[] nexts = IntStream.range(0, times.length)
                .mapToDouble(i -> i + 1 < times.length ? times[i + 1] : toClean ? 0 : times[i])
                .toArray();
        return TimeGrid.of(times, nexts);
    }
}
