package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.data.text.Vocabulary;
import org.diffusion4j.engine.Tensors;

/** Which tokens of a row are fixed before anything is drawn. Immutable. */
final class GivenTokens {

    private static final int FREE = -1;
    private static final int MARKS = 4; // of the vocabulary, which come first

    private final int[] tokens;

    private GivenTokens(int[] tokens) {
        this.tokens = tokens;
    }

    /** None. */
    static GivenTokens none(int length) {
        int[] tokens = new int[length];
        Arrays.fill(tokens, FREE);
        return new GivenTokens(tokens);
    }

    /**
     * Those of a template.
     *
     * @param length of a row
     * @throws IllegalArgumentException if it has tokens that the vocabulary lacks, or is longer than a row
     */
    static GivenTokens of(TextTemplate template, Vocabulary vocabulary, int length) {
        List<String> fixed = template.tokens(vocabulary.unit());
        requireKnown(fixed, vocabulary);
        int words = template.length() == null ? fixed.size() : template.length();
        int longest = length - 2;
        require(
                words <= longest && fixed.size() <= longest,
                "a text of %s %s is longer than the model's %s",
                Math.max(words, fixed.size()),
                vocabulary.unit(),
                longest);
        require(fixed.size() <= words, "the length is %s, but %s %s are given", words, fixed.size(), vocabulary.unit());
        int[] tokens = none(length).tokens;
        tokens[0] = Vocabulary.START;
        for (int i = 0; i < fixed.size(); i++) {
            tokens[1 + i] = fixed.get(i).equals(TextTemplate.BLANK) ? FREE : vocabulary.number(fixed.get(i));
        }
        if (template.fixesLength()) {
            tokens[1 + words] = Vocabulary.END;
            Arrays.fill(tokens, 2 + words, length, Vocabulary.PAD);
        }
        return new GivenTokens(tokens);
    }

    private static void requireKnown(List<String> fixed, Vocabulary vocabulary) {
        List<String> unknown = new ArrayList<>();
        for (String token : fixed) {
            if (!token.equals(TextTemplate.BLANK)
                    && vocabulary.number(token) == Vocabulary.UNKNOWN
                    && !unknown.contains(token)) {
                unknown.add(token);
            }
        }
        require(
                unknown.isEmpty(),
                "the model does not know %s, which its training texts have too seldom; it knows %s %s",
                "'" + String.join("', '", unknown) + "'",
                vocabulary.size() - MARKS,
                vocabulary.unit() == TextUnit.WORDS ? "words" : "characters");
    }

    /** Whether there is one. */
    boolean any() {
        return Arrays.stream(tokens).anyMatch(token -> token != FREE);
    }

    /** Bool {@code [1, length, 1]}, made in the caller's scope. */
    Tensor mask() {
        return ids().ne(new Scalar(FREE)).view(1, tokens.length, 1);
    }

    /** Int64 {@code [1, length]}, in free places any token; made in the caller's scope. */
    Tensor filled() {
        return Tensors.of(
                Arrays.stream(tokens).mapToLong(token -> Math.max(0, token)).toArray(), 1, tokens.length);
    }

    private Tensor ids() {
        return Tensors.of(Arrays.stream(tokens).asLongStream().toArray());
    }

    /**
     * What is added to the logits of the four marks, {@code [length, 4]}, made in the caller's scope: where a text is not over, since
     * something is given after it, no mark can be drawn; elsewhere its end can.
     */
    Tensor biasOfMarks() {
        double[] bias = new double[tokens.length * MARKS];
        for (int i = 0; i < tokens.length; i++) {
            boolean over = i > last();
            bias[i * MARKS + Vocabulary.START] = Double.NEGATIVE_INFINITY;
            bias[i * MARKS + Vocabulary.UNKNOWN] = Double.NEGATIVE_INFINITY;
            bias[i * MARKS + Vocabulary.END] = over ? 0 : Double.NEGATIVE_INFINITY;
            bias[i * MARKS + Vocabulary.PAD] = over ? 0 : Double.NEGATIVE_INFINITY;
        }
        return Tensors.of(bias, tokens.length, MARKS);
    }

    /** The last position that is given; −1 where none is. */
    private int last() {
        int last = tokens.length - 1;
        while (last >= 0 && tokens[last] == FREE) {
            last--;
        }
        return last;
    }

    /** A row that was drawn, with what is given in its place. */
    int[] over(int[] drawn) {
        return IntStream.range(0, tokens.length)
                .map(i -> tokens[i] == FREE ? drawn[i] : tokens[i])
                .toArray();
    }
}
