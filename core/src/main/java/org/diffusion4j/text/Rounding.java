package org.diffusion4j.text;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Vectors to the embeddings that lie nearest.
 *
 * <p>Li et al., NeurIPS 2022, section 4.2, the clamping trick. Made in the caller's scope.
 *
 * @param embeddings {@code [vocabulary, embedding]}, borrowed
 */
record Rounding(Tensor embeddings) {

    /** The squared distance of each vector from each embedding, {@code [batch, length, vocabulary]}. */
    Tensor squaredDistances(Tensor x) {
        Tensor ofX = x.square().sum(new long[] {-1}, true, new ScalarTypeOptional());
        Tensor ofEmbeddings = embeddings.square().sum(1);
        return ofX.add(ofEmbeddings)
                .sub(torch.matmul(x, embeddings.t()), new Scalar(2))
                .clamp(new ScalarOptional(new Scalar(0)));
    }

    /** The tokens of the nearest embeddings, int64 {@code [batch, length]}; the first where some are alike. */
    Tensor nearest(Tensor x) {
        return squaredDistances(x).argmin(new LongOptional(-1), false);
    }

    /** The nearest embeddings, shaped as x. */
    Tensor rounded(Tensor x) {
        return torch.embedding(embeddings, nearest(x));
    }

    /**
     * How little each vector says of its token where a vector is its embedding plus noise: −log p(token | x), nats,
     * {@code [batch, length]}.
     *
     * @param tokens int64 {@code [batch, length]}
     * @param sigma of the noise
     */
    Tensor surprise(Tensor x, Tensor tokens, double sigma) {
        return squaredDistances(x)
                .div(new Scalar(-2 * sigma * sigma))
                .log_softmax(-1)
                .gather(2, tokens.unsqueeze(2))
                .squeeze(2)
                .neg();
    }
}
