package org.diffusion4j.text;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.jspecify.annotations.Nullable;

/**
 * Vectors as for pictures, by Diffusion-LM's end-to-end loss, by which embeddings, denoiser and rounding learn together: the squared error
 * of the prediction, which at t = 0 is that of the embeddings; what is left of x0 at the last time; and how surprising the tokens are at
 * x0.
 *
 * <p>Li et al., NeurIPS 2022, equation 2, as its code has it: all three are means over positions and channels, added with weight 1.
 */
record VectorPrediction(TextTransformer network, DiscreteProcess process, Prediction prediction)
        implements TextPrediction {

    /** The three summands, each {@code [batch]}. */
    record Terms(Tensor squaredError, Tensor rounding, Tensor prior) {

        Tensor sum() {
            return squaredError.add(rounding).add(prior);
        }
    }

    @Override
    public void requireDefined(double alpha, double sigma) {
        prediction.requireDefined(alpha, sigma);
    }

    @Override
    public Tensor input(Tensor xt, NoiseLevel level, @Nullable Tensor given) {
        return xt;
    }

    @Override
    public Tensor x0(Tensor output, Tensor xt, NoiseLevel level) {
        return prediction.interpret(output, xt, level).x0();
    }

    @Override
    public Tensor surprise(NoisyTexts texts, Tensor output) {
        return NoisyTexts.surprise(network, x0(output, texts.xt(), texts.level()), texts.tokens());
    }

    @Override
    public Tensor loss(NoisyTexts texts, Tensor output, double[] times) {
        return terms(texts, output, times).sum();
    }

    /** The summands of the loss. */
    Terms terms(NoisyTexts texts, Tensor output, double[] times) {
        Tensor eps = texts.xt()
                .sub(texts.xStart().mul(texts.level().alpha()))
                .div(texts.level().sigma());
        Tensor error = meanOver(output.sub(prediction.target(texts.xStart(), eps, texts.level())));
        Tensor x0 = x0(output, texts.xt(), texts.level());
        Tensor atStart = meanOver(x0.sub(texts.embedded()));
        Tensor first = Tensors.of(times).to(error).eq(new Scalar(0));
        double last = process.alpha(process.table().steps() - 1);
        return new Terms(
                torch.where(first, atStart, error),
                texts.roundingLoss(network),
                meanOver(texts.xStart().mul(new Scalar(last))));
    }

    /** The mean square of each text. */
    private static Tensor meanOver(Tensor x) {
        return x.square().flatten(1, -1).mean(1);
    }

    @Override
    public Tensor rounding(Tensor x0) {
        return network.logits(x0);
    }
}
