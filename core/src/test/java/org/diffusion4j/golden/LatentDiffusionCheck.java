package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.guide.ClassifierFreeGuidance;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.chain.Pndm;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;

/** Whole trajectories of latent diffusion's DDIM and PLMS. */
final class LatentDiffusionCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.name().startsWith("ldm-");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        assertThat(config.get("schedule").asText()).startsWith("linear (squared linspace of roots)");
        DiscreteProcess process =
                LatentDiffusionGridCheck.process(config, config.get("timesteps").asInt());
        TimeGrid grid = LatentDiffusionGridCheck.grid(
                Spacing.UNIFORM, config.get("S").asInt(), process.table().steps());
        Spy exact = new Spy(new AnalyticDenoiser(process, golden));
        boolean masked = golden.hasInput("mask");
        double scale = config.get("unconditional_guidance_scale").asDouble();
        assertThat(scale == 1 || golden.hasInput("conditioning")).isTrue();
        Denoiser model = masked
                ? new Masked(exact, golden)
                : golden.hasInput("conditioning")
                        ? new ClassifierFreeGuidance(
                                new Told(exact, golden.input("conditioning").values()),
                                new Told(
                                        exact,
                                        golden.input("unconditional_conditioning")
                                                .values()),
                                scale)
                        : exact;
        double eta = config.get("eta").asDouble();
        Sampler sampler = golden.symbol().contains("plms") ? new Pndm() : new Ddim(eta);
        if (eta == 0) {
            golden.needsNo("inputs.noise"); // drawn, but of no weight
        }
        NoiseStream recorded = (address, like) -> drawn(golden, masked ? 2 * address - 1 : address - 1);
        List<double[]> reached = new ArrayList<>();
        List<double[]> clean = new ArrayList<>();

        Tensor start = Comparison.tensor(golden.input("x_T"), ScalarType.Double);
        Tensor end = sampler.sample(
                model, grid, start, recorded.times(config.get("temperature").asDouble()), step -> {
                    reached.add(Comparison.values(step.x()));
                    clean.add(Comparison.values(step.x0()));
                });

        out.expect("x_final", end);
        end.close();
        out.expect("x_inter", SchedulerReplay.joined(reached));
        out.expect("pred_x0", SchedulerReplay.joined(clean));
        if (!golden.hasInput("conditioning")) { // there the reference asks for both at once
            out.expect("model_timesteps", exact.networkTimes());
        }
    }

    private static Tensor drawn(GoldenCase golden, int draw) {
        return Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, draw);
    }

    /** Puts known pixels, as noisy as x is, in the place of its own before the model is asked; draws before the step does. */
    private record Masked(Spy model, GoldenCase golden) implements Denoiser {

        @Override
        public DiffusionProcess process() {
            return model.process();
        }

        @Override
        public Denoised at(Tensor x, double t) {
            Tensor known = Comparison.tensor(golden.input("x0"), ScalarType.Double);
            Tensor mask = Comparison.tensor(golden.input("mask"), ScalarType.Bool);
            Tensor noised = NoiseLevel.at(process(), t).noised(known, drawn(golden, 2 * model.times.size()));
            return model.at(noised.where(mask, x), t);
        }
    }

    /** A model whose eps is moved by a tenth of a condition of each sample. */
    private record Told(Denoiser model, double[] conditions) implements Denoiser {

        @Override
        public DiffusionProcess process() {
            return model.process();
        }

        @Override
        public Denoised at(Tensor x, double t) {
            Tensor condition = Tensor.create(conditions, conditions.length, 1, 1, 1);
            Tensor eps = model.at(x, t).eps().add(condition, new Scalar(0.1));
            return Prediction.EPS.interpret(eps, x, NoiseLevel.at(process(), t));
        }
    }
}
