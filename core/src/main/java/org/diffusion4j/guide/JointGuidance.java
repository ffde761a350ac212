package org.diffusion4j.guide;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.LogVariance;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.sample.Denoiser;

/**
 * {@link ClassifierFreeGuidance} by one call for both conditions, in a batch of twice the size: faster for few samples, 0.55 to 0.70 of the
 * time for one and 0.68 to 0.80 for 8, and no faster from some 16 on.
 *
 * @param both the model under the condition of each sample and then under none of each, so for twice as many samples as {@link #at} receives
 * @param rescale as in {@link ClassifierFreeGuidance}
 */
public record JointGuidance(Denoiser both, double scale, Rescale rescale) implements Denoiser {

    /** For how many samples it pays. */
    public static final int MOST = 16;

    @Override
    public DiffusionProcess process() {
        return both.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        long count = x.size(0);
        Denoised found = both.at(torch.cat(new TensorVector(x, x), 0), t);
        Denoised with = part(found, 0, count);
        Denoised guided = ClassifierFreeGuidance.guided(with, part(found, count, count), scale);
        return rescale.of(guided, with, x, NoiseLevel.at(process(), t));
    }

    private static Denoised part(Denoised all, long first, long count) {
        LogVariance variance = all.logVariance();
        return new Denoised(
                all.x0().narrow(0, first, count),
                all.eps().narrow(0, first, count),
                variance == null ? null : step -> variance.of(step).narrow(0, first, count));
    }
}
