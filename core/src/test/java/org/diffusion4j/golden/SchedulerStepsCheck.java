package org.diffusion4j.golden;

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
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Ddim;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SchedulerConfig;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Whole denoising loops of diffusers' schedulers over recorded model outputs and noise.
 *
 * <p>The reference records the sample after each model call; ours is seen by the model in the next call, and the last is the
 * result. So a step may ask the model as often as it likes.
 */
final class SchedulerStepsCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return SchedulerReplay.covers(golden, "scheduler_steps", "set_timesteps/scale_model_input/step");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        SchedulerConfig config = SchedulerReplay.config(golden);
        JsonNode args = golden.json().path("inputs").path("step_args");
        int begin = golden.hasInput("begin_index")
                ? (int) golden.input("begin_index").scalar()
                : 0;
        TimeGrid grid = grid(golden, config).from(begin);
        Recorded recorded = new Recorded(golden, config.process(grid.steps() + begin), config.meaning());
        SchedulerReplay.Spy model =
                new SchedulerReplay.Spy(config.inItsCoordinates(config.limited(recorded, epsAfterClipping(args))));

        Tensor start = Comparison.tensor(golden.input("sample"), ScalarType.Double);
        Tensor end = sampler(config, args).sample(model, grid, start, replay(golden), SampleListener.NONE);
        List<double[]> samples = new ArrayList<>(model.samples.subList(1, model.samples.size()));
        samples.add(Comparison.values(end));
        end.close();

        expectFrom(begin, golden, out, "timesteps", model.networkTimes());
        expectFrom(begin, golden, out, "sigmas", model.sigmas(grid.next(grid.steps() - 1), config));
        expect(golden, out, "scaled_model_inputs", recorded.inputs);
        expect(golden, out, "prev_samples", samples);
        expect(golden, out, "pred_original_samples", model.cleanSamples);
        expect(golden, out, "denoised", model.cleanSamples);
    }

    private static EpsAfterClipping epsAfterClipping(JsonNode args) {
        return args.path("use_clipped_model_output").asBoolean(false)
                ? EpsAfterClipping.RECOMPUTED
                : EpsAfterClipping.KEPT;
    }

    /** The scheduler's sampler with the arguments of {@code step}. */
    private static Sampler sampler(SchedulerConfig config, JsonNode args) {
        return args.has("eta") ? new Ddim(args.get("eta").asDouble()) : config.sampler();
    }

    private static TimeGrid grid(GoldenCase golden, SchedulerConfig config) {
        JsonNode custom =
                golden.json().path("inputs").path("set_timesteps_args").path("timesteps");
        return custom.isArray()
                ? config.gridOf(StreamSupport.stream(custom.spliterator(), false)
                        .mapToDouble(JsonNode::asDouble)
                        .toArray())
                : config.grid((int) golden.input("num_inference_steps").scalar());
    }

    /** The reference draws in every step or in none, but for DDPM's last; either way draw i belongs to step i. */
    private static NoiseStream replay(GoldenCase golden) {
        return (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, address - 1);
    }

    private static void expect(GoldenCase golden, Comparison out, String name, List<double[]> parts) {
        if (golden.expects(name)) {
            out.expect(name, SchedulerReplay.joined(parts));
        }
    }

    /** The reference lists the whole grid, also what lies before the beginning. */
    private static void expectFrom(int begin, GoldenCase golden, Comparison out, String name, double[] actual) {
        if (golden.expects(name)) {
            double[] all = golden.expected(name).values();
            double[] walked = Arrays.copyOfRange(all, begin, all.length);
            out.close(name, actual, walked, golden.atol(name), golden.rtol(name));
        }
    }

    /** Returns the recorded outputs in the order of the calls. */
    private static final class Recorded implements Denoiser {

        private final GoldenCase golden;
        private final DiffusionProcess process;
        private final OutputMeaning meaning;
        private final List<double[]> inputs = new ArrayList<>();

        Recorded(GoldenCase golden, DiffusionProcess process, OutputMeaning meaning) {
            this.golden = golden;
            this.process = process;
            this.meaning = meaning;
        }

        @Override
        public DiffusionProcess process() {
            return process;
        }

        @Override
        public Denoised at(Tensor x, double t) {
            Tensor output = Comparison.tensor(golden.input("model_outputs"), ScalarType.Double)
                    .select(0, inputs.size());
            NoiseLevel level = NoiseLevel.at(process, t);
            inputs.add(Comparison.values(meaning.prediction().input(x, level)));
            meaning.prediction().requireDefined(process.alpha(t), process.sigma(t));
            return meaning.interpret(output, x, level);
        }
    }
}
