package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.Records;

/** What a network's output means. The text of each is its name in our files. */
public sealed interface Prediction extends Records.Named
        permits Prediction.Eps,
                Prediction.X0,
                Prediction.V,
                Prediction.Score,
                Prediction.ScaledScore,
                Prediction.Flow,
                Prediction.Mean,
                Preconditioned {

    Prediction EPS = new Eps();
    Prediction X0 = new X0();
    Prediction V = new V();
    Prediction SCORE = new Score();
    Prediction SCALED_SCORE = new ScaledScore();
    Prediction FLOW = new Flow();
    Prediction MEAN = new Mean();

    /** What the network is given for x_t: x_t itself, or scaled; borrowed or made in the caller's scope. */
    default Tensor input(Tensor xt, NoiseLevel level) {
        return xt;
    }

    /** What {@code output} says about x_t, as clean sample and noise; shapes as {@code xt}, made in the caller's scope. */
    Denoised interpret(Tensor output, Tensor xt, NoiseLevel level);

    /** What the network should have said of {@code level.noised(x0, eps)}: the target of the regression, borrowed or made in the caller's scope. */
    Tensor target(Tensor x0, Tensor eps, NoiseLevel level);

    /** This prediction's squared error at time t where that of x0 is 1: x_t being given, it is linear in x0. */
    double errorOfX0(DiffusionProcess process, double t);

    /**
     * Refuses a level of noise at which the output does not determine x0 and eps.
     *
     * @throws IllegalArgumentException if so; the message says what to do
     */
    void requireDefined(double alpha, double sigma);

    /**
     * {@link #interpret(Tensor, Tensor, NoiseLevel)} at one level for all samples.
     *
     * @throws IllegalArgumentException as {@link #requireDefined}
     */
    default Denoised interpret(Tensor output, Tensor xt, double alpha, double sigma) {
        requireDefined(alpha, sigma);
        return interpret(output, xt, NoiseLevel.of(alpha, sigma));
    }

    /**
     * The prediction of that name: {@code eps}, {@code x0}, {@code v}, {@code score}, {@code scaled-score}, {@code flow} or {@code mean}.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Prediction named(String name) {
        return DidYouMean.choose("prediction", name, List.of(EPS, X0, V, SCORE, SCALED_SCORE, FLOW, MEAN));
    }

    /** The noise (DDPM, equation 14). */
    record Eps() implements Prediction {

        @Override
        public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
            return new Denoised(xt.sub(output.mul(level.sigma())).div(level.alpha()), output);
        }

        @Override
        public Tensor target(Tensor x0, Tensor eps, NoiseLevel level) {
            return eps;
        }

        @Override
        public double errorOfX0(DiffusionProcess process, double t) {
            double ratio = process.noiseToSignal(t);
            return 1 / (ratio * ratio);
        }

        @Override
        public void requireDefined(double alpha, double sigma) {
            require(
                    alpha > 0,
                    "eps-prediction says nothing about x0 where alpha is 0 (zero terminal SNR): "
                            + "use v-prediction, or a schedule without zero terminal SNR");
        }

        @Override
        public String toString() {
            return "eps";
        }
    }

    /** The clean sample. */
    record X0() implements Prediction {

        @Override
        public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
            return new Denoised(output, xt.sub(output.mul(level.alpha())).div(level.sigma()));
        }

        @Override
        public Tensor target(Tensor x0, Tensor eps, NoiseLevel level) {
            return x0;
        }

        @Override
        public double errorOfX0(DiffusionProcess process, double t) {
            return 1;
        }

        @Override
        public void requireDefined(double alpha, double sigma) {
            require(sigma > 0, "x0-prediction says nothing about eps where sigma is 0: ask the model at noisier times");
        }

        @Override
        public String toString() {
            return "x0";
        }
    }

    /** {@code v = alpha·eps − sigma·x0}, for variance-preserving processes (Salimans, Ho, ICLR 2022, section 4). */
    record V() implements Prediction {

        private static final double ROUNDING = 1e-6;

        @Override
        public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
            return new Denoised(
                    xt.mul(level.alpha()).sub(output.mul(level.sigma())),
                    xt.mul(level.sigma()).add(output.mul(level.alpha())));
        }

        @Override
        public Tensor target(Tensor x0, Tensor eps, NoiseLevel level) {
            return eps.mul(level.alpha()).sub(x0.mul(level.sigma()));
        }

        @Override
        public double errorOfX0(DiffusionProcess process, double t) {
            double sigma = process.sigma(t);
            return 1 / (sigma * sigma);
        }

        @Override
        public void requireDefined(double alpha, double sigma) {
            require(
                    Math.abs(alpha * alpha + sigma * sigma - 1) < ROUNDING,
                    "v-prediction needs a variance-preserving process, here alpha² + sigma² is %s",
                    alpha * alpha + sigma * sigma);
        }

        @Override
        public String toString() {
            return "v";
        }
    }

    /** The score of x_t's distribution, {@code −eps/sigma} (Song et al., "Score-Based Generative Modeling through SDEs", ICLR 2021). */
    record Score() implements Prediction {

        @Override
        public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
            return EPS.interpret(output.mul(level.sigma()).neg(), xt, level);
        }

        @Override
        public Tensor target(Tensor x0, Tensor eps, NoiseLevel level) {
            return eps.div(level.sigma()).neg();
        }

        @Override
        public double errorOfX0(DiffusionProcess process, double t) {
            double sigma = process.sigma(t);
            return EPS.errorOfX0(process, t) / (sigma * sigma);
        }

        @Override
        public void requireDefined(double alpha, double sigma) {
            EPS.requireDefined(alpha, sigma);
            X0.requireDefined(alpha, sigma);
        }

        @Override
        public String toString() {
            return "score";
        }
    }

    /** {@code sigma·score = −eps}: what score networks say before they divide it by sigma, as EDM's preconditioning of VE has it. */
    record ScaledScore() implements Prediction {

        @Override
        public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
            return EPS.interpret(output.neg(), xt, level);
        }

        @Override
        public Tensor target(Tensor x0, Tensor eps, NoiseLevel level) {
            return eps.neg();
        }

        @Override
        public double errorOfX0(DiffusionProcess process, double t) {
            return EPS.errorOfX0(process, t);
        }

        @Override
        public void requireDefined(double alpha, double sigma) {
            EPS.requireDefined(alpha, sigma);
        }

        @Override
        public String toString() {
            return "scaled-score";
        }
    }

    /** {@code eps − x0}, the velocity of flow matching, where {@code alpha + sigma = 1} (Lipman et al., ICLR 2023). */
    record Flow() implements Prediction {

        private static final double ROUNDING = 1e-6;

        @Override
        public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
            return new Denoised(xt.sub(output.mul(level.sigma())), xt.add(output.mul(level.alpha())));
        }

        @Override
        public Tensor target(Tensor x0, Tensor eps, NoiseLevel level) {
            return eps.sub(x0);
        }

        @Override
        public double errorOfX0(DiffusionProcess process, double t) {
            return 1 / Math.pow(process.sigma(t), 2);
        }

        @Override
        public void requireDefined(double alpha, double sigma) {
            require(
                    Math.abs(alpha + sigma - 1) < ROUNDING,
                    "the velocity of a flow needs alpha + sigma = 1, here it is %s",
                    alpha + sigma);
        }

        @Override
        public String toString() {
            return "flow";
        }
    }

    /** The mean of q(x_{t−1} | x_t, x0), in a chain of timesteps (DDPM, equation 8; the first row of its table 2). */
    record Mean() implements Prediction {

        @Override
        public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
            ReverseStep step = step(level);
            Tensor x0 = output.sub(xt.mul(step.xtWeight())).div(step.x0Weight());
            return X0.interpret(x0, xt, level);
        }

        @Override
        public Tensor target(Tensor x0, Tensor eps, NoiseLevel level) {
            return step(level).mean(x0, level.noised(x0, eps));
        }

        @Override
        public double errorOfX0(DiffusionProcess process, double t) {
            double weight = process.chainStep(t).orElseThrow().x0Weight();
            return weight * weight;
        }

        @Override
        public void requireDefined(double alpha, double sigma) {
            X0.requireDefined(alpha, sigma);
        }

        private static ReverseStep step(NoiseLevel level) {
            require(
                    level.step() != null,
                    "the mean is predicted of steps between the timesteps of a chain, and the model was asked at a time"
                            + " between them; take a sampler that asks at timesteps, such as ddim");
            return level.step();
        }

        @Override
        public String toString() {
            return "mean";
        }
    }
}
