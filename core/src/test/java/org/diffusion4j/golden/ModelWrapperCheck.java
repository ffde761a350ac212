package org.diffusion4j.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.guide.ClassifierFreeGuidance;
import org.diffusion4j.guide.ClassifierGuidance;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;

/** What DPM-Solver's authors make of a network's output, alone and guided. */
final class ModelWrapperCheck implements GoldenCheck {

    private static final Map<String, Prediction> TYPES =
            Map.of("noise", Prediction.EPS, "x_start", Prediction.X0, "v", Prediction.V, "score", Prediction.SCORE);

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("model_wrapper");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        DiffusionProcess process = DpmSolverSchedule.process(golden.config().get("noise_schedule"));
        double[] conditions = golden.input("condition").values();
        double[] unconditional = golden.input("unconditional_condition").values();
        double scale = golden.config().get("guidance_scale_classifier_free").asDouble();
        double classifierScale =
                golden.config().get("guidance_scale_classifier").asDouble();

        TYPES.forEach((word, prediction) ->
                out.expect("noise_from_" + word, noise(golden, row -> new Network(process, prediction, 0))));
        out.expect(
                "noise_classifier_free",
                noise(
                        golden,
                        row -> new ClassifierFreeGuidance(
                                new Network(process, Prediction.EPS, conditions[row]),
                                new Network(process, Prediction.EPS, unconditional[row]),
                                scale)));
        out.expect(
                "noise_classifier",
                noise(
                        golden,
                        row -> new ClassifierGuidance(
                                new Network(process, Prediction.EPS, 0),
                                (x, time) -> x.sub(new Scalar(conditions[row]))
                                        .square()
                                        .sum()
                                        .div(new Scalar(-(2 + time))),
                                classifierScale)));
        out.expect(
                "t_input",
                Arrays.stream(golden.input("t").values())
                        .map(process::networkTime)
                        .toArray());
    }

    private interface ForRow {
        Denoiser of(int row);
    }

    /** Each sample has its own time and condition. */
    private static double[] noise(GoldenCase golden, ForRow model) {
        Tensor x = Comparison.tensor(golden.input("x"), ScalarType.Double);
        double[] times = golden.input("t").values();
        List<double[]> rows = new ArrayList<>();
        for (int row = 0; row < times.length; row++) {
            rows.add(Comparison.values(model.of(row).at(x.get(row), times[row]).eps()));
        }
        return SchedulerReplay.joined(rows);
    }

    /** {@code tanh(0.7·x) + 0.001·t + 0.2·c}, read as a prediction. */
    private record Network(DiffusionProcess process, Prediction prediction, double condition) implements Denoiser {

        @Override
        public Denoised at(Tensor x, double t) {
            Tensor output =
                    x.mul(new Scalar(0.7)).tanh().add(new Scalar(0.001 * process.networkTime(t) + 0.2 * condition));
            return prediction.interpret(output, x, NoiseLevel.at(process, t));
        }
    }
}
