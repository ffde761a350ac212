package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.chain.Tcd;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.Euler;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.sample.sigma.Lms;
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
        golden.needsNo("inputs.model"); // which gave the recorded outputs
        JsonNode args = golden.json().path("inputs").path("step_args");
        TimeGrid grid = grid(golden, config);
        Recorded recorded = new Recorded(golden, config.process(grid.steps()), config.meaning());
        Spy model = new Spy(config.inItsCoordinates(config.limited(recorded, epsAfterClipping(args))));
        Tensor start = Comparison.tensor(golden.input("sample"), ScalarType.Double);
        List<double[]> afterSteps = new ArrayList<>();
        sampler(config, args)
                .sample(
                        model,
                        grid.from(begin(golden, config)),
                        start,
                        replay(golden, args),
                        step -> afterSteps.add(Comparison.values(step.x())))
                .close();

        if (golden.expects("sigmas")) {
            SchedulerReplay.expectSigmas(golden, out, "sigmas", config, model.process(), grid);
        }
        if (args.has("s_churn")) { // the reference asks its model before the noise is added, ours after
            expect(golden, out, "prev_samples", afterSteps);
        } else {
            List<double[]> afterCalls = new ArrayList<>(model.samples.subList(1, model.samples.size()));
            afterCalls.add(afterSteps.get(afterSteps.size() - 1));
            expectTimesteps(golden, out, model.networkTimes());
            expect(golden, out, "scaled_model_inputs", recorded.inputs);
            expect(golden, out, "prev_samples", afterCalls);
        }
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
        Sampler sampler = config.sampler();
        if (args.has("s_churn")) {
            return new Euler(new Churn(
                    args.get("s_churn").asDouble(),
                    args.get("s_tmin").asDouble(),
                    args.get("s_tmax").asDouble(),
                    args.get("s_noise").asDouble()));
        }
        if (args.has("order")) {
            return new Lms(args.get("order").asInt());
        }
        if (args.has("eta")) {
            double eta = args.get("eta").asDouble();
            return sampler instanceof Tcd ? new Tcd(eta) : new Ddim(eta);
        }
        return sampler;
    }

    /** The step at which the loop begins; the reference counts calls of Heun's. */
    private static int begin(GoldenCase golden, SchedulerConfig config) {
        int index = golden.hasInput("begin_index")
                ? (int) golden.input("begin_index").scalar()
                : 0;
        return config.sampler() instanceof Heun ? index / 2 : index;
    }

    private static TimeGrid grid(GoldenCase golden, SchedulerConfig config) {
        JsonNode custom = golden.json().path("inputs").path("set_timesteps_args");
        if (custom.has("sigmas")) {
            return config.gridOfLevels(numbers(custom.get("sigmas")));
        }
        return custom.has("timesteps")
                ? config.gridOf(numbers(custom.get("timesteps")))
                : config.grid((int) golden.input("num_inference_steps").scalar());
    }

    private static double[] numbers(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    /** Draw i belongs to step i, or to a half of a step; with churn the reference draws only where it counts. */
    private static NoiseStream replay(GoldenCase golden, JsonNode args) {
        AtomicInteger draws = new AtomicInteger();
        boolean churns = args.has("s_churn");
        NoiseStream recorded = (address, like) -> Comparison.tensor(golden.input("noise"), ScalarType.Double)
                .select(0, churns ? draws.getAndIncrement() : address - 1);
        return churns ? recorded : recorded.times(args.path("s_noise").asDouble(1));
    }

    private static void expect(GoldenCase golden, Comparison out, String name, List<double[]> parts) {
        if (golden.expects(name)) {
            out.expect(name, SchedulerReplay.joined(parts));
        }
    }

    /** The reference lists the whole grid, also what lies before the beginning. */
    private static void expectTimesteps(GoldenCase golden, Comparison out, double[] actual) {
        double[] all = golden.expected("timesteps").values();
        double[] walked = Arrays.copyOfRange(all, all.length - actual.length, all.length);
        out.close("timesteps", actual, walked, golden.atol("timesteps"), golden.rtol("timesteps"));
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
