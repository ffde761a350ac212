package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * EDM's preconditioning: {@code x0 = c_skip·x + c_out·F(c_in·x)} with the noise-to-signal ratio s and x/alpha for x, so that inputs
 * and targets have unit variance at every level (Karras et al. 2022, table 1, last column). With a smallest level, at which x is
 * already x0, it is that of consistency models (Song, Dhariwal, Chen, Sutskever, ICML 2023, appendix C).
 *
 * @param sigmaData the standard deviation of the data
 * @param sigmaMin the level at which c_skip is 1 and c_out 0; 0 in EDM
 * @param negated whether the network says −F (diffusers' v-prediction in its EDM schedulers)
 */
public record Preconditioned(double sigmaData, double sigmaMin, boolean negated) implements Prediction {

    public Preconditioned {
        require(sigmaData > 0, "the data's standard deviation must be positive, was %s", sigmaData);
        require(sigmaMin >= 0, "the smallest noise level must not be negative, was %s", sigmaMin);
    }

    /** EDM's. */
    public Preconditioned(double sigmaData) {
        this(sigmaData, 0, false);
    }

    @Override
    public Tensor input(Tensor xt, NoiseLevel level) {
        return xt.div(level.alpha()).div(total(level).sqrt());
    }

    @Override
    public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
        Tensor x0 = skipped(xt, level).add(output.mul(out(level)));
        return X0.interpret(x0, xt, level);
    }

    @Override
    public Tensor target(Tensor x0, Tensor eps, NoiseLevel level) {
        return x0.sub(skipped(level.noised(x0, eps), level)).div(out(level));
    }

    @Override
    public double errorOfX0(DiffusionProcess process, double t) {
        double ratio = process.noiseToSignal(t);
        double out = sigmaData * (ratio - sigmaMin) / Math.hypot(ratio, sigmaData);
        return 1 / (out * out);
    }

    @Override
    public void requireDefined(double alpha, double sigma) {
        X0.requireDefined(alpha, sigma);
    }

    /** c_skip·x. */
    private Tensor skipped(Tensor xt, NoiseLevel level) {
        Tensor skip = above(level)
                .square()
                .div(new Scalar(sigmaData * sigmaData))
                .add(new Scalar(1))
                .reciprocal();
        return xt.div(level.alpha()).mul(skip);
    }

    /** c_out. */
    private Tensor out(NoiseLevel level) {
        return above(level)
                .mul(new Scalar(negated ? -sigmaData : sigmaData))
                .div(total(level).sqrt());
    }

    private Tensor above(NoiseLevel level) {
        return ratio(level).sub(new Scalar(sigmaMin));
    }

    private Tensor total(NoiseLevel level) {
        return ratio(level).square().add(new Scalar(sigmaData * sigmaData));
    }

    private static Tensor ratio(NoiseLevel level) {
        return level.sigma().div(level.alpha());
    }

    @Override
    public String toString() {
        return "preconditioned";
    }
}
