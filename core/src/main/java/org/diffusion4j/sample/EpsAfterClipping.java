package org.diffusion4j.sample;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;

/** What becomes of the noise when x0 has been changed. */
public enum EpsAfterClipping {

    /** eps follows from x_t and the new x0, so that {@code x_t = alpha·x0 + sigma·eps} stays true (IDDPM's code). */
    RECOMPUTED {
        @Override
        Denoised of(Denoised found, Tensor x0, Tensor xt, DiffusionProcess process, double t) {
            Tensor eps = Prediction.X0
                    .interpret(x0, xt, process.alpha(t), process.sigma(t))
                    .eps();
            return new Denoised(x0, eps, found.logVariance());
        }
    },

    /** eps stays the model's (diffusers' DDIM, unless {@code use_clipped_model_output}). */
    KEPT {
        @Override
        Denoised of(Denoised found, Tensor x0, Tensor xt, DiffusionProcess process, double t) {
            return new Denoised(x0, found.eps(), found.logVariance());
        }
    };

    abstract Denoised of(Denoised found, Tensor x0, Tensor xt, DiffusionProcess process, double t);
}
