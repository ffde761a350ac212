package org.diffusion4j.sample.sde;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.process.SmoothProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.schedule.ForwardStep;

/** One step of the reverse SDE from t down to s, with what predictors and correctors need of the process. */
record ReverseMove(Denoiser model, double t, double s) {

    /** Whether it ends at the clean sample, which is then the model's x0: noise of that size would be all that is added. */
    boolean toClean() {
        return model.process().sigma(s) == 0;
    }

    /** sigma(t): the score is {@code −eps/sigma}. */
    double sigma() {
        return model.process().sigma(t);
    }

    /** The forward step from s to t that is gone back. */
    ForwardStep forward() {
        return model.process().forward(t, s);
    }

    /** The standard deviation of q(x_s | x_t, x0). */
    double posteriorDeviation() {
        return Math.sqrt(model.process().posterior(t, s).variance());
    }

    /**
     * An Euler–Maruyama step as weights: {@code x_s = xWeight·x − epsWeight·eps + deviation·z}.
     */
    record Euler(double xWeight, double epsWeight, double deviation) {}

    /** Of the SDE, from its drift and diffusion at t. */
    Euler euler() {
        ContinuousTime continuous = ContinuousTime.of(model);
        SmoothProcess p = continuous.process();
        double from = continuous.of(t);
        double length = from - continuous.of(s);
        double drift = p.drift(from);
        require(
                Double.isFinite(drift),
                "at time %s there is no signal left, so the SDE has no drift: begin the grid a little later, or take ode",
                t);
        double diffusion = p.diffusion(from);
        double in = continuous.scale(t);
        double out = 1 / continuous.scale(s);
        return new Euler(
                in * out * (1 - drift * length),
                out * diffusion * diffusion * length / p.sigma(from),
                out * diffusion * Math.sqrt(length));
    }
}
