package org.diffusion4j.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.process.CosineProcess;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.sigma.Exploded;
import org.diffusion4j.schedule.BetaSchedule;

/** k-diffusion's view of models of timesteps: times of noise levels, and what a model of eps or v says of x/alpha. */
final class KDiffusionWrappersCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("external.DiscreteEpsDDPMDenoiser/VDenoiser");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        DiscreteProcess table = new DiscreteProcess(new BetaSchedule(
                        SchedulerReplay.curve(
                                golden.config().get("beta_schedule").asText()),
                        golden.config().get("beta_start").asDouble(),
                        golden.config().get("beta_end").asDouble(),
                        golden.config().get("num_train_timesteps").asInt())
                .table());
        double[] sigmas = golden.input("sigmas").values();
        out.expect("sigma_to_t", map(sigmas, sigma -> table.networkTime(table.timeAt(sigma))));
        out.expect("t_to_sigma", map(golden.input("t").values(), table::noiseToSignal));
        double[] even =
                IntStream.range(0, 12).mapToDouble(i -> 999 - i * (999 / 11.0)).toArray();
        even[11] = 0;
        out.expect("get_sigmas_12", Arrays.copyOf(map(even, table::noiseToSignal), 13));
        out.expect("sigma_min", table.noiseToSignal(0));
        out.expect("sigma_max", table.noiseToSignal(999));
        out.expect("denoised", denoised(golden, new Tanh(table, Prediction.EPS, 0.001)));

        CosineProcess cosine = new CosineProcess();
        out.expect("v_sigma_to_t", map(sigmas, cosine::timeAt));
        out.expect("v_t_to_sigma", map(golden.input("v_t").values(), cosine::noiseToSignal));
        out.expect("v_denoised", denoised(golden, new Tanh(cosine, Prediction.V, 0.1)));
    }

    private static double[] map(double[] values, DoubleUnaryOperator function) {
        return DoubleStream.of(values).map(function).toArray();
    }

    /** What the model says of each sample at its own noise level. */
    private static double[] denoised(GoldenCase golden, Denoiser model) {
        Denoiser exploded = new Exploded(model);
        double[] sigmas = golden.input("x_sigma").values();
        List<double[]> samples = new ArrayList<>();
        for (int i = 0; i < sigmas.length; i++) {
            Tensor x = Comparison.tensor(golden.input("x"), ScalarType.Double).select(0, i);
            double t = exploded.process().timeAt(sigmas[i]);
            samples.add(Comparison.values(exploded.at(x, t).x0()));
        }
        return SchedulerReplay.joined(samples);
    }

    /** A "network" that says {@code tanh(x) + factor·t}. */
    private record Tanh(DiffusionProcess process, Prediction prediction, double factor) implements Denoiser {
        @Override
        public Denoised at(Tensor x, double t) {
            Tensor output = x.tanh().add(new Scalar(factor * process.networkTime(t)));
            return prediction.interpret(output, x, process.alpha(t), process.sigma(t));
        }
    }
}
