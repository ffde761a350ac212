package org.diffusion4j.nn.clip;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.LayerNorm;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;

/** A layer of CLIP's towers: attention between positions, then two linear maps, each on normalized input and added. */
final class ClipLayer {

    /** Of all CLIP's layer norms. */
    static final double EPS = 1e-5;

    private final LayerNorm attentionNorm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear attended;
    private final LayerNorm mapNorm;
    private final Linear widened;
    private final Linear narrowed;
    private final ClipActivation activation;
    private final int heads;
    private final boolean causal;

    /**
     * A new layer.
     *
     * @param causal whether each position sees only itself and those before it
     */
    ClipLayer(Parameters.Path at, ClipTextConfig.Width size, boolean causal) {
        int width = size.hidden();
        int inner = size.inner();
        Parameters.Path attention = at.to("self_attn");
        query = new Linear(attention.to("q_proj"), width, width);
        key = new Linear(attention.to("k_proj"), width, width);
        value = new Linear(attention.to("v_proj"), width, width);
        attended = new Linear(attention.to("out_proj"), width, width);
        attentionNorm = new LayerNorm(at.to("layer_norm1"), width, EPS);
        widened = new Linear(at.to("mlp").to("fc1"), width, inner);
        narrowed = new Linear(at.to("mlp").to("fc2"), inner, width);
        mapNorm = new LayerNorm(at.to("layer_norm2"), width, EPS);
        activation = size.activation();
        heads = size.heads();
        this.causal = causal;
    }

    /**
     * The layer's output.
     *
     * @param x {@code [batch, length, width]}
     * @return shaped as x, made in the caller's scope
     */
    Tensor apply(Tensor x) {
        return Scoped.result(() -> {
            Tensor normal = attentionNorm.apply(x);
            Tensor seen = torch.scaled_dot_product_attention(
                            perHead(query.apply(normal)),
                            perHead(key.apply(normal)),
                            perHead(value.apply(normal)),
                            new TensorOptional(),
                            0,
                            causal,
                            new DoubleOptional(),
                            false)
                    .transpose(1, 2)
                    .flatten(2, 3);
            Tensor mixed = attended.apply(seen).add(x);
            Tensor mapped = narrowed.apply(activation.apply(widened.apply(mapNorm.apply(mixed))));
            return mapped.add(mixed);
        });
    }

    /** {@code [batch, heads, length, width/heads]}. */
    private Tensor perHead(Tensor x) {
        return x.reshape(x.size(0), x.size(1), heads, -1).transpose(1, 2);
    }
}
