package org.diffusion4j.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.VariancePreserving;

/** The SDEs of score_sde: marginals, coefficients, the chain that stands for each, the reverse SDE and the ODE for a given score. */
final class SdeCoefficientsCheck implements GoldenCheck {

    private static final Set<String> SYMBOLS = Set.of("sde_lib.VPSDE", "sde_lib.subVPSDE", "sde_lib.VESDE");

    @Override
    public boolean covers(GoldenCase golden) {
        return SYMBOLS.contains(golden.symbol());
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        ScoreSdeProcess p = ScoreSdeProcess.of(golden.config());
        double[] times = golden.input("t").values();
        out.expect("std", of(times, p::sigma));
        out.expect("diffusion", of(times, p::diffusion));
        out.expect("reverse_diffusion", of(times, p::diffusion));
        out.expect("G", of(times, t -> p.forward(t, 0).deviation()));
        out.expect("reverse_G", of(times, t -> p.forward(t, 0).deviation()));

        out.expect("mean", rows(golden, (t, x, score) -> x.mul(new Scalar(p.alpha(t)))));
        out.expect("drift", rows(golden, (t, x, score) -> x.mul(new Scalar(p.drift(t)))));
        out.expect(
                "f",
                rows(golden, (t, x, score) -> x.mul(new Scalar(p.forward(t, 0).kept() - 1))));
        out.expect(
                "reverse_drift",
                rows(
                        golden,
                        (t, x, score) ->
                                x.mul(new Scalar(p.drift(t))).sub(score, new Scalar(Math.pow(p.diffusion(t), 2)))));
        out.expect("ode_drift", rows(golden, (t, x, score) -> p.flow(believed(p, t, x, score), t)));
        out.expect(
                "reverse_f",
                rows(
                        golden,
                        (t, x, score) -> x.mul(new Scalar(p.forward(t, 0).kept() - 1))
                                .sub(score, new Scalar(p.forward(t, 0).variance()))));
        out.expect(
                "ode_f",
                rows(
                        golden,
                        (t, x, score) -> x.mul(new Scalar(p.forward(t, 0).kept() - 1))
                                .sub(score, new Scalar(p.forward(t, 0).variance() / 2))));
        out.expect("prior_logp", rows(golden, (t, x, score) -> {
            double variance = Math.pow(p.priorDeviation(), 2);
            return x.square()
                    .sum()
                    .div(new Scalar(-2 * variance))
                    .sub(new Scalar(x.numel() / 2.0 * Math.log(2 * Math.PI * variance)));
        }));
        if (p.process() instanceof VariancePreserving) {
            double first = p.chain().forward(0, -1).variance();
            double last = p.chain().forward(p.n() - 1, p.n() - 2).variance();
            out.expect("discrete_betas_first_last", first, last);
        }
    }

    private static Denoised believed(ScoreSdeProcess p, double t, Tensor x, Tensor score) {
        return Prediction.SCORE.interpret(score, x, NoiseLevel.at(p, t));
    }

    private static double[] of(double[] times, DoubleUnaryOperator value) {
        return DoubleStream.of(times).map(value).toArray();
    }

    @FunctionalInterface
    private interface Row {
        Tensor at(double t, Tensor x, Tensor score);
    }

    private static double[] rows(GoldenCase golden, Row row) {
        double[] times = golden.input("t").values();
        List<double[]> rows = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            Tensor x = Comparison.tensor(golden.input("x"), ScalarType.Double).select(0, i);
            Tensor score =
                    Comparison.tensor(golden.input("score"), ScalarType.Double).select(0, i);
            rows.add(Comparison.values(row.at(times[i], x, score)));
        }
        return SchedulerReplay.joined(rows);
    }
}
