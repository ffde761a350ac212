package org.diffusion4j.sample;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;

/**
 * The exact denoiser of the "data" Σ weight·N(mean, s²·I): the posterior mean of x0.
 *
 * @param weights of the components, summing to 1
 * @param means {@code [component][dimension]}
 * @param s the standard deviation of each
 */
public record Mixture(DiffusionProcess process, double[] weights, double[][] means, double s) implements Denoiser {

    /** Three points of different weight in the plane. */
    public static Mixture inThePlane(DiffusionProcess process) {
        return new Mixture(
                process, new double[] {0.5, 0.3, 0.2}, new double[][] {{1, 0}, {-0.6, 0.8}, {-0.5, -1}}, 0.25);
    }

    /** Three points in the plane whose mean is 0, as that of the prior. */
    public static Mixture centred(DiffusionProcess process) {
        return new Mixture(
                process, new double[] {0.5, 0.3, 0.2}, new double[][] {{0.8, 0}, {-0.6, 0.8}, {-1.1, -1.2}}, 0.25);
    }

    /** Two points of different weight on a line. */
    public static Mixture onALine(DiffusionProcess process) {
        return new Mixture(process, new double[] {0.35, 0.65}, new double[][] {{-1}, {0.6}}, 0.3);
    }

    /** {@code x} is float64 {@code [batch, dimension]}. */
    @Override
    public Denoised at(Tensor x, double t) {
        double alpha = process.alpha(t);
        double sigma = process.sigma(t);
        double noise = Math.pow(sigma / alpha, 2);
        double variance = s * s + noise;
        Tensor z = x.div(new Scalar(alpha)).unsqueeze(1); // [batch, 1, dimension]
        Tensor centres = centres();
        Tensor logShare = z.sub(centres)
                .square()
                .sum(-1)
                .mul(new Scalar(-0.5 / variance))
                .add(row(Arrays.stream(weights).map(Math::log).toArray()));
        Tensor share = logShare.softmax(1).unsqueeze(-1); // [batch, component, 1]
        Tensor x0 = z.mul(new Scalar(s * s / variance))
                .add(centres, new Scalar(noise / variance))
                .mul(share)
                .sum(1);
        return Prediction.X0.interpret(x0, x, alpha, sigma);
    }

    /** Of points on a line: the distribution function of x at t, which the probability-flow ODE leaves as it is. */
    Tensor shareBelow(Tensor x, double t) {
        double alpha = process.alpha(t);
        double sigma = process.sigma(t);
        double width = Math.sqrt(2 * (alpha * alpha * s * s + sigma * sigma));
        return x.sub(centres().squeeze(-1), new Scalar(alpha)) // [batch, component]
                .div(new Scalar(width))
                .erf()
                .add(new Scalar(1.0))
                .div(new Scalar(2.0))
                .mul(row(weights))
                .sum(1);
    }

    /** The log-density of x at time t, in nats, for each of the batch. */
    public double[] logDensity(double[][] x, double t) {
        double alpha = process.alpha(t);
        double variance = Math.pow(alpha * s, 2) + Math.pow(process.sigma(t), 2);
        return Arrays.stream(x)
                .mapToDouble(point -> {
                    double density = 0;
                    for (int k = 0; k < weights.length; k++) {
                        double square = 0;
                        for (int d = 0; d < point.length; d++) {
                            square += Math.pow(point[d] - alpha * means[k][d], 2);
                        }
                        density += weights[k]
                                * Math.exp(-square / (2 * variance))
                                / Math.pow(2 * Math.PI * variance, point.length / 2.0);
                    }
                    return Math.log(density);
                })
                .toArray();
    }

    private Tensor centres() {
        return row(Arrays.stream(means).flatMapToDouble(Arrays::stream).toArray())
                .view(1, means.length, means[0].length);
    }

    private static Tensor row(double[] values) {
        return Tensor.create(values, values.length).to(ScalarType.Double);
    }
}
