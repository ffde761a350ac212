package org.diffusion4j.latent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.data.clip.PromptChunk;
import org.diffusion4j.data.clip.WeightedText;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.clip.ClipTextConfig;
import org.diffusion4j.nn.clip.ClipTextTower;

/** A tokenizer and the text encoder that takes its tokens. Threads: may be shared; {@link #close} waits for calls under way. */
final class TextEncoder implements AutoCloseable {

    private static final String PREFIX = "text_model.";

    private final ClipTokenizer tokenizer;
    private final ClipTextTower tower;
    private final Compute compute;

    /** Of a tokenizer and an encoder that are there, which it owns. */
    TextEncoder(ClipTokenizer tokenizer, ClipTextTower tower, Compute compute) {
        this.tokenizer = tokenizer;
        this.tower = tower;
        this.compute = compute;
    }

    /** Reads a text encoder and its tokenizer. */
    static TextEncoder load(PartFiles files, ModelPart part, Compute compute) {
        ClipTextConfig config =
                ClipTextConfig.fromMap(files.config(part), files.projects(part), files.configSource(part));
        ClipTokenizer tokenizer = files.tokenizer(part);
        ClipTextTower tower = ClipTextTower.withoutValues(config);
        try {
            tower.parameters()
                    .drawWith(
                            compute,
                            files.weightsSource(part),
                            take -> files.weights(part, (name, tensor) -> present(name, tensor, take)));
            return new TextEncoder(tokenizer, tower, compute);
        } catch (RuntimeException | Error e) {
            tower.close();
            throw e;
        }
    }

    /** Newer files lack the prefix; older ones have the numbers of the positions among the weights. */
    private static void present(String name, Tensor tensor, BiConsumer<String, Tensor> take) {
        if (!name.endsWith("position_ids")) {
            take.accept(name.startsWith(PREFIX) || name.startsWith("text_projection") ? name : PREFIX + name, tensor);
        }
    }

    /**
     * The rows of a prompt, at least one: with its weights and of any length; or, plain, one row that is cut.
     *
     * @param plain whether brackets are ordinary characters
     */
    List<PromptChunk> chunks(String prompt, boolean plain) {
        if (!plain) {
            return PromptChunk.of(WeightedText.parse(prompt), tokenizer);
        }
        List<Integer> row = Arrays.stream(tokenizer.row(prompt)).boxed().toList();
        int used = Math.min(tokenizer.encode(prompt).length, tokenizer.length() - 2);
        return List.of(new PromptChunk(row, Collections.nCopies(row.size(), 1.0), used));
    }

    /** How many tokens of a plain prompt are cut off. */
    int cut(String prompt) {
        return Math.max(0, tokenizer.encode(prompt).length - (tokenizer.length() - 2));
    }

    /** The same rows, and as many of the empty prompt as are missing. */
    List<PromptChunk> filled(List<PromptChunk> chunks, int count) {
        List<PromptChunk> all = new ArrayList<>(chunks);
        while (all.size() < count) {
            all.add(chunks("", true).get(0));
        }
        return all;
    }

    /**
     * The features of each token, weighted: the mean over each row stays what it was without the weights, as in the web UI.
     *
     * @param skipped how many of the last layers are left out
     * @param normalized whether the final norm follows
     * @return {@code [1, rows · length, width]}, made in the caller's scope
     */
    Tensor states(List<PromptChunk> chunks, int skipped, boolean normalized) {
        return Scoped.result(() -> {
            TensorVector rows = new TensorVector();
            for (PromptChunk chunk : chunks) {
                Tensor hidden = tower.hidden(row(chunk), skipped);
                rows.push_back(
                        Emphasis.ORIGINAL.apply(normalized ? tower.normalized(hidden) : hidden, chunk.weights()));
            }
            return torch.cat(rows, 1);
        });
    }

    /** The features of a whole text, projected: {@code [1, projection]}, made in the caller's scope. */
    Tensor projected(PromptChunk chunk) {
        return Scoped.result(() -> {
            Tensor row = row(chunk);
            return tower.projected(tower.pooled(tower.normalized(tower.hidden(row, 0)), row));
        });
    }

    private Tensor row(PromptChunk chunk) {
        long[] tokens = chunk.tokens().stream().mapToLong(Integer::longValue).toArray();
        Tensor row = Tensors.of(tokens, 1, tokens.length);
        return row.to(compute.device().torch(), row.scalar_type());
    }

    /** The encoder itself, borrowed. */
    ClipTextTower tower() {
        return tower;
    }

    @Override
    public void close() {
        tower.close();
    }
}
