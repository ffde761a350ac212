package org.diffusion4j.nn.text;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.LayerNorm;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;
import org.diffusion4j.nn.TimeFeatures;
import org.jspecify.annotations.Nullable;

/** Noisy embeddings and their time to features of each position: a projection, what is added for time and position, BERT's encoder. */
final class TextEncoder {

    private final TimeFeatures timeFeatures;
    private final TwoLayers time;
    private final TwoLayers up;
    private final List<EncoderLayer> layers = new ArrayList<>();
    private final Parameter position;
    private final LayerNorm norm;
    private final int reach;
    private final @Nullable LayerNorm lastNorm;
    private final Dropout.Layer dropped;

    /** Of so many numbers a position, under the names of Diffusion-LM. */
    TextEncoder(Parameters.Path at, int inputs, int positions, TextTransformerConfig config, Dropout dropout) {
        int width = config.width();
        reach = config.reach();
        timeFeatures = new TimeFeatures.Sines(config.timeChannels(), 0, true);
        time = new TwoLayers(at.to("time_embed"), config.timeChannels(), 4 * config.timeChannels(), width, torch::silu);
        up = new TwoLayers(at.to("input_up_proj"), (2 * reach + 1) * inputs, width, width, torch::tanh);
        dropped = dropout.layer();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(
                    new EncoderLayer(at.to("input_transformers").to("layer").to(String.valueOf(i)), config, dropout));
        }
        position = at.to("position_embeddings").add("weight", new Initialiser.Normal(1), positions, width);
        norm = new LayerNorm(at.to("LayerNorm"), width, EncoderLayer.EPS);
        lastNorm = config.preNorm() ? new LayerNorm(at.to("last_LayerNorm"), width, EncoderLayer.EPS) : null;
    }

    /**
     * The features.
     *
     * @param x {@code [batch, length, inputs]}
     * @param timesteps {@code [batch]}
     * @return {@code [batch, length, width]}, made in the caller's scope
     */
    Tensor apply(Tensor x, Tensor timesteps) {
        Tensor hidden = up.apply(withNeighbours(x))
                .add(position.value().narrow(0, 0, x.size(1)))
                .add(timeEmbedding(timesteps, x.scalar_type().intern()).unsqueeze(1));
        hidden = dropped.apply(norm.apply(hidden));
        for (EncoderLayer layer : layers) {
            hidden = layer.apply(hidden);
        }
        return lastNorm == null ? hidden : lastNorm.apply(hidden);
    }

    /** Each position with its neighbours on both sides, zeros where there are none: {@code [batch, length, (2·reach + 1)·inputs]}. */
    private Tensor withNeighbours(Tensor x) {
        if (reach == 0) {
            return x;
        }
        Tensor padded = torch.constant_pad_nd(x, new long[] {0, 0, reach, reach});
        TensorVector shifted = new TensorVector();
        for (int i = 0; i <= 2 * reach; i++) {
            shifted.push_back(padded.narrow(1, i, x.size(1)));
        }
        return torch.cat(shifted, 2);
    }

    /** What is added to every position for the time, {@code [batch, width]}, made in the caller's scope. */
    Tensor timeEmbedding(Tensor timesteps, ScalarType dtype) {
        return time.apply(timeFeatures.of(timesteps, dtype));
    }
}
