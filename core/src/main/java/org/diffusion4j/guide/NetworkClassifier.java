package org.diffusion4j.guide;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;

/**
 * log p(y | x_t) by a network that classifies noisy samples: the logarithm of the softmax of its logits. Safe to share between threads,
 * as the network is.
 *
 * @param network of which the output is {@code [batch, classes]}, borrowed
 * @param labels int64 {@code [batch]}, the class that each sample is to have, borrowed
 */
public record NetworkClassifier(Network network, Tensor labels) implements ClassifierGuidance.Classifier {

    @Override
    public Tensor logProbability(Tensor x, double networkTime) {
        boolean exact = x.scalar_type().intern() == ScalarType.Double;
        Tensor timesteps = torch.full(
                new long[] {x.size(0)},
                new Scalar(networkTime),
                x.options().dtype(new ScalarTypeOptional(exact ? ScalarType.Double : ScalarType.Float)));
        Tensor logits = network.forward(x, timesteps, Condition.NONE);
        return logits.log_softmax(1)
                .gather(1, labels.to(x.device(), ScalarType.Long).unsqueeze(1))
                .squeeze(1);
    }
}
