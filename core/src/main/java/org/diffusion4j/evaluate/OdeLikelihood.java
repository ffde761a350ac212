package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.SmoothProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.sde.ContinuousTime;
import org.diffusion4j.sample.sde.DormandPrince;

/**
 * The log-density of samples under the probability-flow ODE of a model: by the change of variables along the way from the sample to
 * noise, {@code log p(x) = log p_T(x_T) + ∫ div dt}. The divergence is estimated by Skilling and Hutchinson's {@code v'·J·v} with one
 * random probe v for each sample, which is right in the mean; where the sum over many numbers is large, one probe says much.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, section 4.3 and appendix D.2;
 * Grathwohl et al., "FFJORD", ICLR 2019.
 *
 * @param model whose output has gradients with respect to x, as {@link org.diffusion4j.sample.NetworkDenoiser}'s
 * @param span of the ODE, in the model's times
 * @param solver of the ODE; the log-density is one of the numbers that keep its tolerances
 * @param probe how v is drawn
 */
public record OdeLikelihood(Denoiser model, Span span, DormandPrince solver, Probe probe) {

    /**
     * From where to where.
     *
     * @param first the time for which samples are taken: little noise
     * @param last the time of pure noise
     * @param priorDeviation the standard deviation of the normal distribution that x at {@code last} is taken for
     */
    public record Span(double first, double last, double priorDeviation) {

        public Span {
            require(first < last, "the likelihood goes from little noise to much, not from time %s to %s", first, last);
            require(priorDeviation > 0, "the prior's standard deviation must be above 0, was %s", priorDeviation);
        }

        /**
         * The ends of a process: those of a {@link ContinuousProcess}, or the first and the last timestep of a chain.
         *
         * @throws IllegalArgumentException if the process has neither, or a last timestep without any signal
         */
        public static Span of(DiffusionProcess process) {
            if (process instanceof ContinuousProcess continuous) {
                return new Span(continuous.firstTime(), continuous.lastTime(), continuous.priorDeviation());
            }
            require(
                    process instanceof DiscreteProcess,
                    "the likelihood needs a process with ends: say first and last time and the prior");
            double last = ((DiscreteProcess) process).table().steps() - 1;
            require(
                    process.alpha(last) > 0,
                    "the last timestep is all noise (zero terminal SNR), which the ODE reaches at no finite time: take the bound, nll");
            return new Span(0, last, 1);
        }
    }

    /** How a probe is drawn; both have unit variance. */
    public enum Probe {

        /** −1 or 1: no variance where the Jacobian is diagonal. */
        RADEMACHER("rademacher") {
            @Override
            Tensor of(Tensor normal) {
                return normal.sign();
            }
        },

        /** Unit normal. */
        GAUSSIAN("gaussian") {
            @Override
            Tensor of(Tensor normal) {
                return normal;
            }
        };

        private final String text;

        Probe(String text) {
            this.text = text;
        }

        abstract Tensor of(Tensor normal);

        /** The name that options use. */
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * What was found.
     *
     * @param logDensity in nats, one for each sample
     * @param latent x at {@code span.last}, in the order of the samples
     * @param calls of the model
     */
    public record Result(double[] logDensity, double[] latent, int calls) {}

    /**
     * The log-density of samples.
     *
     * @param x {@code [batch, …]} at time {@code span.first}; borrowed
     * @param noise of which the draw {@code address} makes the probes
     * @param address from 1; another one is another probe
     * @param listener receives how many per cent of the way in log(sigma/alpha) are done; what it throws reaches the caller
     */
    public Result of(Tensor x, NoiseStream noise, int address, IntConsumer listener) {
        ContinuousTime continuous = ContinuousTime.of(model);
        double from = continuous.of(span.first);
        double to = continuous.of(span.last);
        long batch = x.size(0);
        long dimensions = x.numel() / batch;
        try (PointerScope scope = new PointerScope()) {
            Tensor v = probe.of(noise.draw(address, x));
            Tensor start = joined(
                    x.mul(new Scalar(continuous.scale(span.first))), torch.zeros(new long[] {batch, 1}, x.options()));
            DormandPrince.Slope slope = (t, y) -> slope(continuous, t, y, v);
            DormandPrince.Solution solved = solver.solve(
                    from, to, start, slope, (t, y) -> listener.accept(percent(continuous.process(), from, to, t)));
            try (Tensor end = solved.y()) {
                Tensor z = end.narrow(1, 0, dimensions).div(new Scalar(continuous.scale(span.last)));
                double[] logDensity = Tensors.toArray(end.select(1, dimensions));
                double[] squares = Tensors.toArray(z.square().sum(1));
                double jacobian = dimensions * Math.log(continuous.scale(span.first) / continuous.scale(span.last));
                double variance = span.priorDeviation * span.priorDeviation;
                for (int i = 0; i < batch; i++) {
                    logDensity[i] += jacobian
                            - dimensions / 2.0 * Math.log(2 * Math.PI * variance)
                            - squares[i] / (2 * variance);
                }
                return new Result(logDensity, Tensors.toArray(z), solved.calls());
            }
        }
    }

    /** dx/dt beside v'·J·v, of x beside the integral. */
    private static Tensor slope(ContinuousTime continuous, double t, Tensor y, Tensor v) {
        try (AutoGradMode withGradients = new AutoGradMode(true)) {
            Tensor x = y.narrow(1, 0, y.size(1) - 1).detach().view_as(v).requires_grad_(true);
            Tensor flow = continuous.process().flow(continuous.model().at(x, t), t);
            Tensor product = flow.mul(v).sum();
            Tensor gradient =
                    torch.grad(new TensorVector(product), new TensorVector(x)).get(0);
            return joined(
                    flow.detach(), torch.flatten(gradient.mul(v), 1, -1).sum(1).unsqueeze(1));
        }
    }

    private static Tensor joined(Tensor x, Tensor integral) {
        return torch.cat(new TensorVector(torch.flatten(x, 1, -1), integral), 1);
    }

    private static int percent(SmoothProcess p, double from, double to, double t) {
        double begin = Math.log(p.noiseToSignal(from));
        double end = Math.min(Math.log(p.noiseToSignal(to)), 20); // a flow ends without any signal
        return (int) Math.round(100 * Math.min(1, Math.max(0, (Math.log(p.noiseToSignal(t)) - begin) / (end - begin))));
    }
}
