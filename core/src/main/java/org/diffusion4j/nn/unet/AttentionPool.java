package org.diffusion4j.nn.unet;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Divisors;
import org.diffusion4j.nn.DotProductAttention;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/**
 * One answer for all pixels: their mean, put before them, attends to them and itself, each with a learned place (Radford et al., CLIP,
 * 2021, section 2.4).
 */
final class AttentionPool {

    private final Parameter places;
    private final Linear qkv;
    private final Linear answer;
    private final int heads;
    private final int headWidth;

    AttentionPool(Parameters.Path at, int pixels, int channels, int headWidth, int out) {
        require(
                channels % headWidth == 0,
                "num_head_channels must divide the %s channels of the pool; the nearest are %s, was %s",
                channels,
                Divisors.nearest(channels, headWidth),
                headWidth);
        heads = channels / headWidth;
        this.headWidth = headWidth;
        places = at.add("positional_embedding", new Initialiser.Normal(1 / Math.sqrt(channels)), channels, pixels + 1);
        qkv = new Linear(at.to("qkv_proj"), channels, 3 * channels);
        answer = new Linear(at.to("c_proj"), channels, out);
    }

    /** {@code [batch, out]} of {@code [batch, channels, height, width]}. */
    Tensor of(Tensor x) {
        Tensor pixels = x.flatten(2, 3);
        Tensor mean = x.mean(2, 3).unsqueeze(-1);
        Tensor tokens = torch.cat(new TensorVector(mean, pixels), 2)
                .add(places.value().unsqueeze(0))
                .transpose(1, 2);
        Tensor parts = qkv.apply(tokens)
                .reshape(x.size(0), -1, 3, heads, headWidth)
                .permute(2, 0, 3, 1, 4); // 3, batch, heads, tokens, headWidth
        Tensor first = parts.select(0, 0).narrow(2, 0, 1).contiguous();
        Tensor attended = DotProductAttention.of(
                first, parts.select(0, 1).contiguous(), parts.select(0, 2).contiguous());
        return answer.apply(attended.flatten(1, 3));
    }
}
