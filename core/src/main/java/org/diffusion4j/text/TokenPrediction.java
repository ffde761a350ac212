package org.diffusion4j.text;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.jspecify.annotations.Nullable;

/**
 * A distribution over tokens, learned by cross entropy: score interpolation. x0 is the mean of the embeddings under it, so that every sampler
 * works as before.
 *
 * <p>Dieleman et al., "Continuous diffusion for categorical data", 2022, section 3.1. The network need not learn what noise does: the
 * likelihood of x_t under each token is known, and is added to what the network says of the token by the others around it (the output prior
 * of Gulrajani, Hashimoto, "Likelihood-Based Diffusion Language Models", NeurIPS 2023). With embeddings e of d numbers and of one length
 *
 * <pre>{@code
 * x_t ~ N(alpha·e, v),  v = sigma² + alpha²·sigma0²
 * log p(w | x_t) = (output/√d + alpha/v · x_t) · e_w + bias_w + constant
 * }</pre>
 *
 * <p>in one product, by the layer that rounds; through √d what the network says begins small. A temperature divides what the network and the
 * bias say and leaves the likelihood as it is: Bayes' rule for a sharper or flatter distribution.
 *
 * @param temperature 1 for what was learned
 */
record TokenPrediction(TextTransformer network, DiscreteProcess process, double temperature) implements TextPrediction {

    @Override
    public TextPrediction at(double temperature) {
        return new TokenPrediction(network, process, temperature);
    }

    @Override
    public void begin(Tensor rows) {
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            Tensor random = network.embeddings();
            Tensor counts = rows.flatten().bincount(new TensorOptional(), random.size(0));
            network.startFrom(counts, NeighbourEmbeddings.of(rows, counts, random));
        }
    }

    @Override
    public void requireDefined(double alpha, double sigma) {
        Prediction.X0.requireDefined(alpha, sigma);
    }

    /** sigma0² of {@code q(x0 | w) = N(e_w, sigma0²)}. */
    private Scalar firstVariance() {
        return new Scalar(process.sigma(0) * process.sigma(0));
    }

    /** Of x_t around alpha·e. */
    private Tensor variance(NoiseLevel level) {
        return level.sigma().square().add(level.alpha().square().mul(firstVariance()));
    }

    private Tensor logits(Tensor output, Tensor xt, NoiseLevel level, double temperature) {
        Tensor context = output.div(new Scalar(Math.sqrt(output.size(-1))));
        Tensor likelihood = xt.mul(level.alpha().div(variance(level)));
        return temperature == 1
                ? network.logits(context.add(likelihood))
                : network.logits(context.add(likelihood, new Scalar(temperature)))
                        .div(new Scalar(temperature));
    }

    /**
     * What noise and frequency alone say of x0: near 0 where a token is unknown, near its embedding where it is clear. Without all
     * embeddings at hand the network could not tell a token from noise.
     */
    @Override
    public Tensor input(Tensor xt, NoiseLevel level, @Nullable Tensor given) {
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            Tensor alone = x0(torch.zeros_like(xt), xt, level, 1);
            return given == null ? alone : torch.where(given, xt, alone);
        }
    }

    @Override
    public Tensor x0(Tensor output, Tensor xt, NoiseLevel level) {
        return x0(output, xt, level, temperature);
    }

    /** {@code E[x0 | x_t]}: the mean embedding, and of the first noise the share that x_t tells. */
    private Tensor x0(Tensor output, Tensor xt, NoiseLevel level, double temperature) {
        Tensor mean = network.mean(logits(output, xt, level, temperature));
        Tensor share = level.alpha().mul(firstVariance()).div(variance(level));
        return mean.add(xt.sub(mean.mul(level.alpha())).mul(share));
    }

    @Override
    public Tensor surprise(NoisyTexts texts, Tensor output) {
        return NoisyTexts.surprise(logits(output, texts.xt(), texts.level(), temperature), texts.tokens());
    }

    /** The cross entropy of the tokens that are not given: nats for each position of a row. */
    @Override
    public Tensor loss(NoisyTexts texts, Tensor output, double[] times) {
        Tensor surprise = surprise(texts, output);
        return (texts.given() == null
                        ? surprise
                        : surprise.masked_fill(texts.given().squeeze(2), new Scalar(0)))
                .mean(1);
    }

    /** As at timestep 0, without anything that others around say. */
    @Override
    public Tensor rounding(Tensor x0) {
        return network.logits(x0.div(firstVariance()));
    }
}
