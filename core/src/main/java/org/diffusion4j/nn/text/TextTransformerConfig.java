package org.diffusion4j.nn.text;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.engine.Records;

/**
 * The sizes of a {@link TextTransformer}.
 *
 * @param embedding numbers that a token is in the diffusion
 * @param width numbers that a token is within the transformer
 * @param layers of the encoder
 * @param heads of attention, which divide the width
 * @param inner width between the two linear layers of each encoder layer
 * @param timeChannels sines and cosines of the time
 * @param dropout share of values that training drops, in [0, 1)
 * @param selfConditioning whether the network also receives its estimate of x0 from the step before
 * @param normalized whether every embedding has the length √embedding, so that a number of it has variance 1 (Dieleman et al., "Continuous
 *     diffusion for categorical data", 2022, section 3.2), or any length
 * @param preNorm whether each layer norms what it receives, and the encoder what it gives, in place of norms after each residual: with it a
 *     training bears a larger learning rate (Xiong et al., "On Layer Normalization in the Transformer Architecture", ICML 2020)
 * @param reach how many neighbours on each side the first layer is shown beside each position: 0 as published; with more it need not learn
 *     first to attend to them
 */
public record TextTransformerConfig(
        int embedding,
        int width,
        int layers,
        int heads,
        int inner,
        int timeChannels,
        double dropout,
        boolean selfConditioning,
        boolean normalized,
        boolean preNorm,
        int reach) {

    public TextTransformerConfig {
        require(embedding >= 1, "model.embedding must be at least 1, was %s", embedding);
        require(
                heads >= 1 && width >= 1 && width % heads == 0,
                "model.width must divide by model.heads, were %s and %s",
                width,
                heads);
        require(layers >= 1 && inner >= 1, "model.layers and inner must be at least 1, were %s and %s", layers, inner);
        require(timeChannels >= 2, "model.timeChannels must be at least 2, was %s", timeChannels);
        require(reach >= 0, "model.reach must be at least 0, was %s", reach);
        require(dropout >= 0 && dropout < 1, "model.dropout must lie in [0, 1), was %s", dropout);
    }

    /** Diffusion-LM on E2E: the sizes of BERT-base around embeddings of 16 numbers. */
    public static TextTransformerConfig published() {
        return new TextTransformerConfig(16, 768, 12, 12, 3072, 128, 0.1, false, false, false, 0);
    }

    public TextTransformerConfig withEmbedding(int embedding) {
        return Records.with(this, "embedding", embedding);
    }

    public TextTransformerConfig withWidth(int width) {
        return Records.with(this, "width", width);
    }

    public TextTransformerConfig withLayers(int layers) {
        return Records.with(this, "layers", layers);
    }

    public TextTransformerConfig withHeads(int heads) {
        return Records.with(this, "heads", heads);
    }

    public TextTransformerConfig withInner(int inner) {
        return Records.with(this, "inner", inner);
    }

    public TextTransformerConfig withTimeChannels(int timeChannels) {
        return Records.with(this, "timeChannels", timeChannels);
    }

    public TextTransformerConfig withDropout(double dropout) {
        return Records.with(this, "dropout", dropout);
    }

    public TextTransformerConfig withSelfConditioning(boolean selfConditioning) {
        return Records.with(this, "selfConditioning", selfConditioning);
    }

    public TextTransformerConfig withNormalized(boolean normalized) {
        return Records.with(this, "normalized", normalized);
    }

    public TextTransformerConfig withPreNorm(boolean preNorm) {
        return Records.with(this, "preNorm", preNorm);
    }

    public TextTransformerConfig withReach(int reach) {
        return Records.with(this, "reach", reach);
    }
}
