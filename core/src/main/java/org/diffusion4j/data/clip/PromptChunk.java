package org.diffusion4j.data.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A row of tokens for the text encoder, and a weight for each: a prompt that is longer than a row becomes several.
 *
 * <p>As in AUTOMATIC1111's web UI: each part of the prompt is tokenized by itself; a chunk that is full ends after its last comma where
 * one is near, and at {@code BREAK}. Each chunk is encoded by itself, and the results are joined along the tokens.
 *
 * @param tokens start, at most 75 tokens of the prompt, end; filled as by {@link ClipTokenizer#row}
 * @param weights of the tokens; 1 for start, end and filling
 * @param used how many tokens of the prompt are in it
 */
public record PromptChunk(List<Integer> tokens, List<Double> weights, int used) {

    /** How far back a comma may lie to end a full chunk, as the web UI has it by default. */
    public static final int COMMA_REACH = 20;

    /** Copies the lists. */
    public PromptChunk {
        require(tokens.size() == weights.size(), "%s tokens have %s weights", tokens.size(), weights.size());
        tokens = List.copyOf(tokens);
        weights = List.copyOf(weights);
    }

    /**
     * The chunks of a prompt, at least one.
     *
     * @param parts of {@link WeightedText#parse}
     */
    public static List<PromptChunk> of(List<WeightedText> parts, ClipTokenizer tokenizer) {
        Chunks chunks = new Chunks(tokenizer);
        for (WeightedText part : parts) {
            if (part.isBreak()) {
                chunks.end(chunks.tokens.size());
            } else {
                for (int token : tokenizer.encode(part.text())) {
                    chunks.add(token, part.weight());
                }
            }
        }
        return chunks.all();
    }

    private static final class Chunks {

        private final ClipTokenizer tokenizer;
        private final int room;
        private final List<PromptChunk> done = new ArrayList<>();
        private final List<Integer> tokens = new ArrayList<>();
        private final List<Double> weights = new ArrayList<>();

        Chunks(ClipTokenizer tokenizer) {
            this.tokenizer = tokenizer;
            room = tokenizer.length() - 2;
        }

        void add(int token, double weight) {
            if (tokens.size() == room) {
                int afterComma = tokens.lastIndexOf(tokenizer.comma()) + 1;
                boolean near = afterComma > 0 && room - afterComma < COMMA_REACH;
                end(near && token != tokenizer.comma() ? afterComma : room);
            }
            tokens.add(token);
            weights.add(weight);
        }

        /** Ends the chunk after so many tokens; the others begin the next. */
        void end(int count) {
            int[] row = tokenizer.row(tokens.subList(0, count).stream()
                    .mapToInt(Integer::intValue)
                    .toArray());
            List<Double> all = new ArrayList<>(weights.subList(0, count));
            all.add(0, 1.0);
            while (all.size() < row.length) {
                all.add(1.0);
            }
            done.add(new PromptChunk(Arrays.stream(row).boxed().toList(), all, count));
            tokens.subList(0, count).clear();
            weights.subList(0, count).clear();
        }

        List<PromptChunk> all() {
            if (!tokens.isEmpty() || done.isEmpty()) {
                end(tokens.size());
            }
            return List.copyOf(done);
        }
    }
}
