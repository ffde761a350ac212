package org.diffusion4j.nn.text;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.DotProductAttention;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.LayerNorm;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;

/**
 * A layer of BERT's encoder: attention of every position to all, then two linear layers with an exact GELU between, each followed by
 * a residual and a layer norm; or with the norms before both.
 *
 * <p>Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", NAACL 2019; Vaswani et al.,
 * "Attention Is All You Need", NeurIPS 2017, section 3.1. Attention weights are not dropped.
 */
final class EncoderLayer {

    /** Of all BERT's layer norms. */
    static final double EPS = 1e-12;

    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear attended;
    private final LayerNorm attentionNorm;
    private final Linear widened;
    private final Linear narrowed;
    private final LayerNorm outputNorm;
    private final Dropout.Layer attentionDropout;
    private final Dropout.Layer outputDropout;
    private final int heads;
    private final boolean preNorm;

    EncoderLayer(Parameters.Path at, TextTransformerConfig config, Dropout dropout) {
        int width = config.width();
        int inner = config.inner();
        Parameters.Path attention = at.to("attention");
        query = new Linear(attention.to("self").to("query"), width, width);
        key = new Linear(attention.to("self").to("key"), width, width);
        value = new Linear(attention.to("self").to("value"), width, width);
        attended = new Linear(attention.to("output").to("dense"), width, width);
        attentionNorm = new LayerNorm(attention.to("output").to("LayerNorm"), width, EPS);
        widened = new Linear(at.to("intermediate").to("dense"), width, inner);
        narrowed = new Linear(at.to("output").to("dense"), inner, width);
        outputNorm = new LayerNorm(at.to("output").to("LayerNorm"), width, EPS);
        attentionDropout = dropout.layer();
        outputDropout = dropout.layer();
        heads = config.heads();
        preNorm = config.preNorm();
    }

    /**
     * The layer's output.
     *
     * @param x {@code [batch, length, width]}
     * @return shaped as x, made in the caller's scope
     */
    Tensor apply(Tensor x) {
        return Scoped.result(() -> {
            Tensor mixed = residual(x, attentionNorm, y -> attentionDropout.apply(attention(y)));
            return residual(mixed, outputNorm, y -> outputDropout.apply(narrowed.apply(torch.gelu(widened.apply(y)))));
        });
    }

    private Tensor residual(Tensor x, LayerNorm norm, UnaryOperator<Tensor> change) {
        return preNorm
                ? change.apply(norm.apply(x)).add(x)
                : norm.apply(change.apply(x).add(x));
    }

    private Tensor attention(Tensor x) {
        Tensor seen = DotProductAttention.of(perHead(query.apply(x)), perHead(key.apply(x)), perHead(value.apply(x)))
                .transpose(1, 2)
                .flatten(2, 3);
        return attended.apply(seen);
    }

    /** {@code [batch, heads, length, width/heads]}. */
    private Tensor perHead(Tensor x) {
        return x.reshape(x.size(0), x.size(1), heads, -1).transpose(1, 2);
    }
}
