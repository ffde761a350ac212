package org.diffusion4j.sample.sde;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.schedule.ForwardStep;

/**
 * How a step of the reverse SDE is solved numerically. In all of them the score is {@code −eps/sigma}.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, section 4.2 and appendices
 * D to F.
 */
public enum Predictor {

    /** Euler–Maruyama: {@code x − (f·x − g²·score)·(t − s) + g·√(t − s)·z}. */
    EULER_MARUYAMA("euler-maruyama") {
        @Override
        Goal goal(Tensor x, Denoised at, ReverseMove move) {
            ReverseMove.Euler euler = move.euler();
            return new Goal(mean(x, euler.xWeight(), at, euler.epsWeight()), euler.deviation());
        }
    },

    /** Takes back a step of the forward chain {@code x_t = kept·x_s + G·z}: {@code (2 − kept)·x + G²·score + G·z} (equation 46). */
    REVERSE_DIFFUSION("reverse-diffusion") {
        @Override
        Goal goal(Tensor x, Denoised at, ReverseMove move) {
            ForwardStep forward = move.forward();
            return new Goal(mean(x, 2 - forward.kept(), at, forward.variance() / move.sigma()), forward.deviation());
        }
    },

    /** The same for the probability-flow ODE: half of the score and no noise (equation 49). */
    REVERSE_DIFFUSION_ODE("reverse-diffusion-ode") {
        @Override
        Goal goal(Tensor x, Denoised at, ReverseMove move) {
            ForwardStep forward = move.forward();
            return new Goal(mean(x, 2 - forward.kept(), at, forward.variance() / (2 * move.sigma())), 0);
        }
    },

    /** Ancestral sampling: {@code (x + G²·score)/kept}, with the noise of the posterior, β̃ (appendix F, for VE). */
    ANCESTRAL("ancestral") {
        @Override
        Goal goal(Tensor x, Denoised at, ReverseMove move) {
            return new Goal(ancestralMean(x, at, move), move.posteriorDeviation());
        }
    },

    /** The same with the noise of the forward step, β (equation 4, for VP). */
    ANCESTRAL_LARGE("ancestral-large") {
        @Override
        Goal goal(Tensor x, Denoised at, ReverseMove move) {
            return new Goal(ancestralMean(x, at, move), move.forward().deviation());
        }
    },

    /** Stays where it is: a corrector alone samples. */
    NONE("none") {
        @Override
        Goal goal(Tensor x, Denoised at, ReverseMove move) {
            return new Goal(x, 0);
        }
    };

    private final String text;

    Predictor(String text) {
        this.text = text;
    }

    /** The distribution of x_s: its mean, made in the caller's scope, and the standard deviation of the noise around it. */
    record Goal(Tensor mean, double deviation) {}

    abstract Goal goal(Tensor x, Denoised at, ReverseMove move);

    private static Tensor mean(Tensor x, double xWeight, Denoised at, double epsWeight) {
        return x.mul(new Scalar(xWeight)).sub(at.eps(), new Scalar(epsWeight));
    }

    private static Tensor ancestralMean(Tensor x, Denoised at, ReverseMove move) {
        ForwardStep forward = move.forward();
        require(
                forward.kept() > 0,
                "at time %s there is no signal left, which an ancestral step divides by: begin the grid a little later, or take ddpm",
                move.t());
        return mean(x, 1, at, forward.variance() / move.sigma()).div(new Scalar(forward.kept()));
    }

    /** The name that options use. */
    @Override
    public String toString() {
        return text;
    }
}
