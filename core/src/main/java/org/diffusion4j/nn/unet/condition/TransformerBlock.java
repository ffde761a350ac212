package org.diffusion4j.nn.unet.condition;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.LayerNorm;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.Sum;

/**
 * A layer of a transformer over the tokens of an image: attention to each other, attention to the text, a gated map of each; all three on
 * normalized input and added (Rombach et al. 2022, appendix E.2.1).
 *
 * <p>The map is a GEGLU (Shazeer, "GLU Variants Improve Transformer", 2020): half of the inner features, times GELU of the other half.
 */
final class TransformerBlock {

    private static final double EPS = 1e-5;
    private static final int WIDENING = 4;

    private final LayerNorm norm1;
    private final Attention attention1;
    private final LayerNorm norm2;
    private final Attention attention2;
    private final LayerNorm norm3;
    private final Linear widened;
    private final Linear narrowed;
    private final boolean textOnly;

    /**
     * A new layer.
     *
     * @param textOnly whether the first attention sees the text too
     */
    TransformerBlock(Parameters.Path at, int channels, int textWidth, int heads, boolean textOnly, boolean upcast) {
        norm1 = new LayerNorm(at.to("norm1"), channels, EPS);
        attention1 = new Attention(at.to("attn1"), channels, textOnly ? textWidth : channels, heads, upcast);
        norm2 = new LayerNorm(at.to("norm2"), channels, EPS);
        attention2 = new Attention(at.to("attn2"), channels, textWidth, heads, upcast);
        norm3 = new LayerNorm(at.to("norm3"), channels, EPS);
        int inner = WIDENING * channels;
        widened = new Linear(at.to("ff.net.0.proj"), channels, 2 * inner);
        narrowed = new Linear(at.to("ff.net.2"), inner, channels);
        this.textOnly = textOnly;
    }

    /**
     * The layer's output, made in the caller's scope.
     *
     * @param tokens {@code [batch, length, channels]}
     */
    Tensor apply(Tensor tokens, TextFeatures text) {
        Tensor seen = Scoped.result(() -> Sum.into(first(norm1.apply(tokens), text), tokens));
        Tensor attended =
                Scoped.result(() -> Sum.into(attention2.apply(norm2.apply(seen), text.states(), text.bias()), seen));
        return Scoped.result(() -> Sum.into(mapped(norm3.apply(attended)), attended));
    }

    private Tensor first(Tensor normal, TextFeatures text) {
        return textOnly ? attention1.apply(normal, text.states(), text.bias()) : attention1.apply(normal, normal, null);
    }

    private Tensor mapped(Tensor normal) {
        TensorVector halves = widened.applyToTokens(normal).chunk(2, 2);
        return narrowed.applyToTokens(halves.get(0).mul(torch.gelu(halves.get(1))));
    }
}
