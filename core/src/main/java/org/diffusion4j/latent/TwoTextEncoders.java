package org.diffusion4j.latent;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.clip.PromptChunk;
import org.jspecify.annotations.Nullable;

/**
 * SDXL: the features of both encoders' last layer but one, side by side, and the second one's of the whole text (Podell et al. 2023,
 * section 2.1).
 *
 * @param zeros whether no prompt at all means zeros, not the empty prompt: {@code force_zeros_for_empty_prompt}
 */
record TwoTextEncoders(TextEncoder first, TextEncoder second, boolean zeros) implements PromptEncoder {

    private static final int ALWAYS_SKIPPED = 1;

    @Override
    public Rows rows(Prompt prompt) {
        return new Rows(List.of(
                first.chunks(prompt.text(), prompt.plain()), second.chunks(prompt.forSecond(), prompt.plain())));
    }

    @Override
    public PromptFeatures features(Rows rows, int count, int skipped) {
        List<PromptChunk> forFirst = first.filled(rows.ofEach().get(0), count);
        List<PromptChunk> forSecond = second.filled(rows.ofEach().get(1), count);
        int all = ALWAYS_SKIPPED + skipped;
        Tensor states = torch.cat(
                new TensorVector(first.states(forFirst, all, false), second.states(forSecond, all, false)), 2);
        return new PromptFeatures(states, second.projected(forSecond.get(0)));
    }

    /** {@inheritDoc} The same layers are left out always, as in diffusers. */
    @Override
    public PromptFeatures negative(@Nullable Prompt negative, int count, int skipped) {
        PromptFeatures found = features(rows(negative == null ? Prompt.of("") : negative), count, 0);
        return negative == null && zeros ? found.zeros() : found;
    }

    @Override
    public int cut(Prompt prompt) {
        return Math.max(first.cut(prompt.text()), second.cut(prompt.forSecond()));
    }

    @Override
    public int layers() {
        return Math.min(first.tower().config().layers(), second.tower().config().layers()) - ALWAYS_SKIPPED;
    }

    @Override
    public Map<String, TextEncoder> parts() {
        Map<String, TextEncoder> parts = new TreeMap<>();
        parts.put("text_encoder", first);
        parts.put("text_encoder_2", second);
        return parts;
    }
}
