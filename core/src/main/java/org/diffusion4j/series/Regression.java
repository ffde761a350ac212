package org.diffusion4j.series;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How far a prediction is from what it should have been, number by number. */
public enum Regression {

    /** The distance. */
    L1("l1") {
        @Override
        Tensor of(Tensor predicted, Tensor target) {
            return torch.l1_loss(predicted, target, torch.Reduction.None.value);
        }
    },

    /** The squared distance (DDPM). */
    L2("l2") {
        @Override
        Tensor of(Tensor predicted, Tensor target) {
            return torch.mse_loss(predicted, target, torch.Reduction.None.value);
        }
    },

    /** Half the squared distance up to 1, beyond that the distance less a half (PyTorch's smooth L1). */
    HUBER("huber") {
        @Override
        Tensor of(Tensor predicted, Tensor target) {
            return torch.smooth_l1_loss(predicted, target, torch.Reduction.None.value, 1);
        }
    };

    private final String text;

    Regression(String text) {
        this.text = text;
    }

    /** Shaped as both. */
    abstract Tensor of(Tensor predicted, Tensor target);

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }
}
