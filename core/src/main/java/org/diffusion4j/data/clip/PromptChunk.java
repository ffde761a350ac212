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
        List<PromptChunk> chunks = new ArrayList<>();
        List<Weighted> section = new ArrayList<>(); // up to the next BREAK
        for (WeightedText part : parts) {
            if (part.isBreak()) {
                chunks.addAll(cut(section, tokenizer));
                section.clear();
            } else {
                for (int token : tokenizer.encode(part.text())) {
                    section.add(new Weighted(token, part.weight()));
                }
            }
        }
        if (!section.isEmpty() || chunks.isEmpty()) {
            chunks.addAll(cut(section, tokenizer));
        }
        return List.copyOf(chunks);
    }

    private record Weighted(int token, double weight) {}

    /** A section in as many chunks as it needs, at least one. */
    private static List<PromptChunk> cut(List<Weighted> section, ClipTokenizer tokenizer) {
        int room = tokenizer.length() - 2;
        List<PromptChunk> chunks = new ArrayList<>();
        int from = 0;
        while (section.size() - from > room) {
            int to = end(section, from, from + room, tokenizer.comma());
            chunks.add(filled(section.subList(from, to), tokenizer));
            from = to;
        }
        chunks.add(filled(section.subList(from, section.size()), tokenizer));
        return chunks;
    }

    /** Where a chunk ends that is full at {@code full}: after the nearest comma before it, unless a comma follows there or none is near. */
    private static int end(List<Weighted> section, int from, int full, int comma) {
        if (section.get(full).token == comma) {
            return full;
        }
        for (int back = 1; back <= Math.min(COMMA_REACH, full - from); back++) {
            if (section.get(full - back).token == comma) {
                return full - back + 1;
            }
        }
        return full;
    }

    private static PromptChunk filled(List<Weighted> tokens, ClipTokenizer tokenizer) {
        int[] row = tokenizer.row(tokens.stream().mapToInt(Weighted::token).toArray());
        Double[] weights = new Double[row.length];
        Arrays.fill(weights, 1.0);
        for (int i = 0; i < tokens.size(); i++) {
            weights[i + 1] = tokens.get(i).weight; // the start comes first
        }
        return new PromptChunk(Arrays.stream(row).boxed().toList(), Arrays.asList(weights), tokens.size());
    }
}
