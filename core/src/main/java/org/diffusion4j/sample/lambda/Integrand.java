package org.diffusion4j.sample.lambda;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;

/** What a solver in lambda takes for a polynomial between times: the model's clean sample or its noise. */
public enum Integrand {

    /** The clean sample ("data prediction", DPM-Solver++). */
    X0 {
        @Override
        Tensor of(Denoised at) {
            return at.x0();
        }
    },

    /** The noise ("noise prediction", DPM-Solver). */
    EPS {
        @Override
        Tensor of(Denoised at) {
            return at.eps();
        }
    };

    abstract Tensor of(Denoised at);
}
