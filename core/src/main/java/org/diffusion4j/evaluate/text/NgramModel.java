package org.diffusion4j.evaluate.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffusion4j.data.text.Vocabulary;

/**
 * A model of n-grams with interpolated Kneser–Ney smoothing, which says how likely texts are: it judges the fluency of samples by the
 * texts that another model learned from.
 *
 * <p>Kneser, Ney, "Improved backing-off for m-gram language modeling", ICASSP 1995; Chen, Goodman, "An empirical study of smoothing
 * techniques for language modeling", 1999, section 4.1.6. One discount for each order; below unigrams all tokens are alike. The end of a
 * text is a token. Immutable; may be shared by threads.
 */
public final class NgramModel {

    private static final int LARGEST_ORDER = 3; // a context and a token fit a long with the sign left alone
    private static final int LARGEST_VOCABULARY = 1 << 15;

    private final int order;
    private final int outcomes;
    private final List<NgramTable> tables = new ArrayList<>(); // unigrams first

    /**
     * Learns.
     *
     * @param texts tokens of each, without marks
     * @param vocabulary how many numbers there are, the four marks of {@link Vocabulary} included
     * @param order the largest n, 1 to 3
     */
    public NgramModel(List<int[]> texts, int vocabulary, int order) {
        require(order >= 1 && order <= LARGEST_ORDER, "the order must be 1 to %s, was %s", LARGEST_ORDER, order);
        require(
                vocabulary <= LARGEST_VOCABULARY,
                "a model of n-grams knows at most %s tokens, were %s",
                LARGEST_VOCABULARY,
                vocabulary);
        require(!texts.isEmpty(), "a model of n-grams needs texts to learn from");
        this.order = order;
        this.outcomes = vocabulary - 2; // neither START nor PAD
        long[] occurrences =
                new long[texts.stream().mapToInt(text -> text.length + 1).sum()];
        int at = 0;
        for (int[] text : texts) {
            long context = start();
            for (int i = 0; i <= text.length; i++) {
                int token = i < text.length ? text[i] : Vocabulary.END;
                occurrences[at++] = packed(context, order - 1) << NgramTable.BITS | token;
                context = context << NgramTable.BITS | token;
            }
        }
        for (int n = order; n >= 1; n--) {
            NgramTable table = new NgramTable(occurrences);
            tables.add(0, table);
            occurrences = table.continuations(n);
        }
    }

    private static long start() {
        return 0; // START is number 0
    }

    /** The last tokens of a context. */
    private static long packed(long context, int tokens) {
        return context & ((1L << (NgramTable.BITS * tokens)) - 1);
    }

    /** The probability of a token after others; that of all but {@code START} and {@code PAD} add to 1. */
    public double probability(int[] before, int token) {
        long context = start();
        for (int each : Arrays.copyOfRange(before, Math.max(0, before.length - order), before.length)) {
            context = context << NgramTable.BITS | each;
        }
        return probability(context, token);
    }

    private double probability(long context, int token) {
        double p = 1.0 / outcomes;
        for (int n = 1; n <= order; n++) {
            p = tables.get(n - 1).probability(packed(context, n - 1), token, p);
        }
        return p;
    }

    /** The natural logarithm of a text's probability, its end included. */
    public double logProbability(int[] text) {
        long context = start();
        double sum = 0;
        for (int i = 0; i <= text.length; i++) {
            int token = i < text.length ? text[i] : Vocabulary.END;
            sum += Math.log(probability(context, token));
            context = context << NgramTable.BITS | token;
        }
        return sum;
    }

    /** The perplexity of texts: exp of the mean surprise of a token, ends included. Lower is likelier. */
    public double perplexity(List<int[]> texts) {
        require(!texts.isEmpty(), "perplexity needs texts");
        double sum = texts.stream().mapToDouble(this::logProbability).sum();
        long tokens = texts.stream().mapToLong(text -> text.length + 1L).sum();
        return Math.exp(-sum / tokens);
    }
}
