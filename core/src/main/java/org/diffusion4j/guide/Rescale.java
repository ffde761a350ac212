package org.diffusion4j.guide;

import static org.diffusion4j.engine.Require.require;

import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;

/**
 * Gives what guidance makes of a network's output the standard deviation that it has without, sample by sample: large scales then do
 * not saturate pictures.
 *
 * <p>Lin, Liu, Li, Yang, "Common Diffusion Noise Schedules and Sample Steps are Flawed", WACV 2024, equations 14 to 16.
 *
 * @param share of the rescaled output in the mixture with the guided one, phi, in [0, 1]; 0 changes nothing
 * @param prediction what the network's output is
 */
public record Rescale(double share, Prediction prediction) {

    /** Changes nothing. */
    public static final Rescale NONE = new Rescale(0, Prediction.EPS);

    private static final double TINY = 1e-12; // an output that is constant, with guidance and without, stays as it is

    public Rescale {
        require(share >= 0 && share <= 1, "the share of rescaling must lie in [0, 1], was %s", share);
    }

    /** The guided belief about x, rescaled to the one with the condition alone; made in the caller's scope. */
    Denoised of(Denoised guided, Denoised conditional, Tensor x, NoiseLevel level) {
        if (share == 0) {
            return guided;
        }
        Tensor output = rescaled(
                prediction.target(guided.x0(), guided.eps(), level),
                prediction.target(conditional.x0(), conditional.eps(), level));
        Denoised found = prediction.interpret(output, x, level);
        return new Denoised(found.x0(), found.eps(), guided.logVariance());
    }

    /**
     * An output of the network with guidance, rescaled.
     *
     * @param guided {@code [batch, ...]}, borrowed
     * @param conditional the output with the condition alone, shaped as {@code guided}, borrowed
     * @return shaped as {@code guided}, made in the caller's scope
     */
    Tensor rescaled(Tensor guided, Tensor conditional) {
        Tensor factor = deviation(conditional).div(deviation(guided));
        return guided.mul(factor.mul(new Scalar(share)).add(new Scalar(1 - share)));
    }

    private static Tensor deviation(Tensor output) {
        long[] all = LongStream.range(1, output.dim()).toArray();
        return output.std(all, false, true).add(new Scalar(TINY));
    }
}
