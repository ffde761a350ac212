package org.diffusion4j.process.continuous;

import static org.diffusion4j.engine.Require.require;

import java.util.Optional;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.schedule.Posterior;

/**
 * NCSN's chain of noise levels: {@code alpha = 1} and sigma in a geometric row, from sigmaMin at time 0 to sigmaMax at {@code levels −
 * 1}; −1 is the clean sample. The network receives NCSN's label, which counts from the noisiest level: {@code levels − 1 − t}. Between
 * levels log(sigma) is linear, so that the chain is usable in continuous time, where it is {@link GeometricExploding}.
 *
 * <p>Song, Ermon, "Generative Modeling by Estimating Gradients of the Data Distribution", NeurIPS 2019, section 4: 10 levels from 1 to
 * 0.01; "Improved Techniques for Training Score-Based Generative Models", NeurIPS 2020: 232 from 50 to 0.01.
 */
public record GeometricLevels(double sigmaMin, double sigmaMax, int levels) implements ContinuousProcess {

    public GeometricLevels {
        new GeometricExploding(sigmaMin, sigmaMax); // refuses what it would
        require(levels >= 2, "a chain of noise levels needs at least 2, was %s", levels);
    }

    @Override
    public double alpha(double t) {
        return 1;
    }

    @Override
    public double sigma(double t) {
        if (t <= -1) {
            return 0;
        }
        return t < 0 ? (t + 1) * sigmaMin : sigmaMin * Math.exp(t * rate());
    }

    @Override
    public double networkTime(double t) {
        return levels - 1 - Math.max(0, t);
    }

    @Override
    public double timeAt(double ratio) {
        return ratio < sigmaMin ? ratio / sigmaMin - 1 : Math.log(ratio / sigmaMin) / rate();
    }

    /** The least level. */
    @Override
    public double firstTime() {
        return 0;
    }

    @Override
    public double lastTime() {
        return levels - 1;
    }

    @Override
    public Optional<Posterior> chainStep(double t) {
        return t == Math.rint(t) && t >= 0 && t < levels ? Optional.of(posterior(t, t - 1)) : Optional.empty();
    }

    @Override
    public double alphaRate(double t) {
        return 0;
    }

    @Override
    public double sigmaRate(double t) {
        return t < 0 ? sigmaMin : sigma(t) * rate();
    }

    /** Of log(sigma) from level to level. */
    private double rate() {
        return Math.log(sigmaMax / sigmaMin) / (levels - 1);
    }
}
