package org.diffusion4j.latent.training;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.MachineMemory;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.clip.ClipTextTower;

/**
 * What a text tower makes of captions, of each distinct one once. It is what {@code LatentModel} makes of a plain prompt.
 *
 * <p>Threads: may be shared; closed by who made it, when nobody uses it any more.
 */
final class CaptionFeatures implements AutoCloseable {

    private static final int AT_ONCE = 64;
    private static final String NONE = "";

    private final Map<String, Integer> rows;
    private final Tensor states;

    private CaptionFeatures(Map<String, Integer> rows, Tensor states) {
        this.rows = rows;
        this.states = states;
    }

    /**
     * The features of captions, and of the empty one.
     *
     * @param captions any of them several times
     * @param text borrowed for the call
     * @return owned by the caller
     * @throws org.diffusion4j.engine.OutOfNativeMemoryException if they do not fit into this machine
     */
    static CaptionFeatures of(Stream<String> captions, FrozenText text) {
        List<String> distinct =
                Stream.concat(Stream.of(NONE), captions).distinct().toList();
        int length = text.tokenizer().length();
        int width = text.tower().config().width().hidden();
        MachineMemory.requireRoomFor(
                4.0 * distinct.size() * length * width,
                "the features of " + distinct.size() + " captions of " + length + " tokens",
                "name fewer columns in data.captions, or take fewer pictures");
        Map<String, Integer> rows = new HashMap<>();
        distinct.forEach(caption -> rows.put(caption, rows.size()));
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            TensorVector parts = new TensorVector();
            for (int first = 0; first < distinct.size(); first += AT_ONCE) {
                List<String> part = distinct.subList(first, Math.min(first + AT_ONCE, distinct.size()));
                parts.push_back(Scoped.result(() -> states(part, text)));
            }
            Tensor states = torch.cat(parts, 0);
            states.retainReference();
            return new CaptionFeatures(rows, states);
        }
    }

    private static Tensor states(List<String> captions, FrozenText text) {
        long[] tokens = captions.stream()
                .flatMapToInt(caption -> Arrays.stream(text.tokenizer().row(caption)))
                .asLongStream()
                .toArray();
        ClipTextTower tower = text.tower();
        Tensor batch = Tensors.of(tokens, captions.size(), text.tokenizer().length());
        Tensor placed = batch.to(tower.parameters().compute().device().torch(), batch.scalar_type());
        return tower.normalized(tower.hidden(placed, 0)).cpu();
    }

    /** The row of a caption. */
    long row(String caption) {
        return Objects.requireNonNull(rows.get(caption), caption);
    }

    /**
     * The features of some captions.
     *
     * @param rows of {@link #row}
     * @return float32 {@code [rows, length, width]}, made in the caller's scope
     */
    Tensor of(long... rows) {
        return Scoped.result(() -> states.index_select(0, Tensors.of(rows, rows.length)));
    }

    /** The features of the empty caption for each of a batch: a view. */
    Tensor none(long batch) {
        return states.narrow(0, row(NONE), 1).expand(batch, states.size(1), states.size(2));
    }

    @Override
    public void close() {
        states.close();
    }
}
