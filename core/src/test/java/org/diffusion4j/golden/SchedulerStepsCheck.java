package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Ddim;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SchedulerConfig;
import org.diffusion4j.schedule.TimeGrid;

/** Whole denoising loops of diffusers' DDPM and DDIM over recorded model outputs and noise, step by step. */
final class SchedulerStepsCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return SchedulerReplay.covers(golden, "scheduler_steps", "set_timesteps/scale_model_input/step");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        SchedulerConfig config = SchedulerReplay.config(golden);
        JsonNode args = golden.json().path("inputs").path("step_args");
        TimeGrid grid = grid(golden, config);
        out.expectExactly("timesteps", SchedulerReplay.times(grid));

        Denoiser recorded = new Recorded(golden, config.process(), config.prediction());
        Denoiser model = config.limited(
                recorded,
                args.path("use_clipped_model_output").asBoolean(false)
                        ? EpsAfterClipping.RECOMPUTED
                        : EpsAfterClipping.KEPT);
        Sampler sampler = args.has("eta") ? new Ddim(args.get("eta").asDouble()) : config.sampler();
        List<double[]> samples = new ArrayList<>();
        List<double[]> cleanSamples = new ArrayList<>();
        Tensor start = Comparison.tensor(golden.input("sample"), ScalarType.Double);
        sampler.sample(model, grid, start, replay(golden), step -> {
                    samples.add(Comparison.values(step.x()));
                    cleanSamples.add(Comparison.values(step.x0()));
                })
                .close();

        out.expect("prev_samples", joined(samples));
        out.expect("pred_original_samples", joined(cleanSamples));
    }

    private static TimeGrid grid(GoldenCase golden, SchedulerConfig config) {
        JsonNode custom =
                golden.json().path("inputs").path("set_timesteps_args").path("timesteps");
        return custom.isArray()
                ? TimeGrid.ofTimesteps(StreamSupport.stream(custom.spliterator(), false)
                        .mapToInt(JsonNode::asInt)
                        .toArray())
                : config.grid((int) golden.input("num_inference_steps").scalar());
    }

    /** The reference draws in every step or in none, but for DDPM's last; either way draw i belongs to step i. */
    private static NoiseStream replay(GoldenCase golden) {
        return (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, address - 1);
    }

    private static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(part -> Arrays.stream(part)).toArray();
    }

    /** Returns the recorded outputs in the order of the calls. */
    private static final class Recorded implements Denoiser {

        private final GoldenCase golden;
        private final DiffusionProcess process;
        private final Prediction prediction;
        private int calls;

        Recorded(GoldenCase golden, DiffusionProcess process, Prediction prediction) {
            this.golden = golden;
            this.process = process;
            this.prediction = prediction;
        }

        @Override
        public DiffusionProcess process() {
            return process;
        }

        @Override
        public Denoised at(Tensor x, double t) {
            assertThat(process.networkTime(t))
                    .isEqualTo(golden.expected("timesteps").values()[calls]);
            Tensor output = Comparison.tensor(golden.input("model_outputs"), ScalarType.Double)
                    .select(0, calls++);
            return prediction.interpret(output, x, process.alpha(t), process.sigma(t));
        }
    }
}
