package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.continuous.GeometricExploding;
import org.diffusion4j.process.continuous.GeometricLevels;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.sde.Corrector;
import org.diffusion4j.sample.sde.NormScope;
import org.diffusion4j.sample.sde.Predictor;
import org.diffusion4j.sample.sde.PredictorCorrector;
import org.diffusion4j.schedule.TimeGrid;

/** The loop of diffusers' ScoreSdeVeScheduler, with the recorded outputs for a model. */
final class ScoreSdeVeCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("ScoreSdeVeScheduler.step_correct/step_pred");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        golden.needsNo("config.num_train_timesteps", "inputs.model", "inputs.steps_run"); // all of them
        int n = golden.json().path("inputs").path("num_inference_steps").asInt();
        double min = config.get("sigma_min").asDouble();
        double max = config.get("sigma_max").asDouble();
        double end = config.get("sampling_eps").asDouble();
        GeometricExploding continuous = new GeometricExploding(min, max);
        GeometricLevels chain = new GeometricLevels(min, max, n);
        ScoreSdeProcess process = new ScoreSdeProcess(continuous, chain, n, true);
        TimeGrid grid = process.grid(end);
        out.expect("timesteps", grid.times());
        out.expect(
                "sigmas", DoubleStream.of(grid.times()).map(continuous::sigma).toArray());
        out.expect(
                "discrete_sigmas",
                IntStream.range(0, n).mapToDouble(chain::sigma).toArray());

        int corrections = config.get("correct_steps").asInt();
        Recorded model = new Recorded(process, golden, corrections);
        NoiseStream noise = (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, address - 1);
        Corrector corrector =
                new Corrector(Corrector.Rule.LANGEVIN, config.get("snr").asDouble(), corrections, NormScope.BATCH);
        List<double[]> predicted = new ArrayList<>();
        List<double[]> means = new ArrayList<>();
        Tensor x = Comparison.tensor(golden.input("sample"), ScalarType.Double);
        for (int i = 0; i < n; i++) {
            TimeGrid one = TimeGrid.of(new double[] {grid.time(i)}, new double[] {grid.next(i)});
            int before = i * (corrections + 1);
            NoiseStream here = (address, like) -> noise.draw(before + address, like);
            int calls = model.asked.size();
            Tensor mean = new PredictorCorrector(Predictor.REVERSE_DIFFUSION, corrector, false)
                    .sample(model, one, x, here, SampleListener.NONE);
            model.rewind(calls);
            Tensor next = new PredictorCorrector(Predictor.REVERSE_DIFFUSION, corrector, true)
                    .sample(model, one, x, here, SampleListener.NONE);
            means.add(Comparison.values(mean));
            predicted.add(Comparison.values(next));
            x = next;
        }
        out.expect("predict_prev_sample_means", SchedulerReplay.joined(means));
        out.expect("predict_prev_samples", SchedulerReplay.joined(predicted));
        out.expect(
                "correct_prev_samples", // what the model is asked after each correction
                SchedulerReplay.joined(IntStream.range(0, model.asked.size())
                        .filter(call -> call % (corrections + 1) > 0)
                        .mapToObj(model.asked::get)
                        .toList()));
    }

    /** The recorded scores: of a step first those of the corrections, then that of the prediction. */
    private static final class Recorded implements Denoiser {

        private final DiffusionProcess process;
        private final GoldenCase golden;
        private final int corrections;
        private final List<double[]> asked = new ArrayList<>();

        Recorded(DiffusionProcess process, GoldenCase golden, int corrections) {
            this.process = process;
            this.golden = golden;
            this.corrections = corrections;
        }

        void rewind(int calls) {
            asked.subList(calls, asked.size()).clear();
        }

        @Override
        public DiffusionProcess process() {
            return process;
        }

        @Override
        public Denoised at(Tensor x, double t) {
            int step = asked.size() / (corrections + 1);
            int within = asked.size() % (corrections + 1);
            asked.add(Comparison.values(x));
            Tensor score = within < corrections
                    ? Comparison.tensor(golden.input("correct_outputs"), ScalarType.Double)
                            .select(0, (long) step * corrections + within)
                    : Comparison.tensor(golden.input("predict_outputs"), ScalarType.Double)
                            .select(0, step);
            return Prediction.SCORE.interpret(score, x, NoiseLevel.at(process, t));
        }
    }
}
