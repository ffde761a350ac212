package org.diffusion4j.evaluate.text;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What BLEU is made of, added up over texts: for each n the n-grams that are in a reference, and all. Immutable.
 *
 * <p>Papineni, Roukos, Ward, Zhu, "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002.
 *
 * @param matches for n = 1 … 4
 * @param totals for n = 1 … 4
 * @param filledTotals the same where a text that is too short for an n counts as one, as nltk has it
 * @param length of the texts
 * @param referenceLength of the references nearest to each
 */
public record BleuCounts(
        List<Long> matches, List<Long> totals, List<Long> filledTotals, long length, long referenceLength) {

    /** Of no text. */
    public static final BleuCounts NONE = new BleuCounts(zeros(), zeros(), zeros(), 0, 0);

    private static final int NLTK_K = 5;
    private static final double NLTK_EPSILON = 0.1;

    private static List<Long> zeros() {
        return Collections.nCopies(BleuReferences.ORDERS, 0L);
    }

    /** Of one text. */
    public static BleuCounts of(List<String> text, BleuReferences references) {
        Long[] matches = new Long[BleuReferences.ORDERS];
        Long[] totals = new Long[BleuReferences.ORDERS];
        Long[] filled = new Long[BleuReferences.ORDERS];
        for (int n = 1; n <= BleuReferences.ORDERS; n++) {
            Map<List<String>, Integer> counts = Ngrams.counts(text, n);
            matches[n - 1] = (long) Ngrams.common(counts, references.counts(n));
            totals[n - 1] = (long) Ngrams.total(counts);
            filled[n - 1] = Math.max(1, totals[n - 1]);
        }
        return new BleuCounts(
                List.of(matches), List.of(totals), List.of(filled), text.size(), references.closestLength(text.size()));
    }

    /** These and others. */
    public BleuCounts plus(BleuCounts other) {
        return new BleuCounts(
                sum(matches, other.matches),
                sum(totals, other.totals),
                sum(filledTotals, other.filledTotals),
                length + other.length,
                referenceLength + other.referenceLength);
    }

    private static List<Long> sum(List<Long> first, List<Long> second) {
        Long[] sums = new Long[first.size()];
        Arrays.setAll(sums, i -> first.get(i) + second.get(i));
        return List.of(sums);
    }

    /** What becomes of an n of which no n-gram matches, in nltk. */
    public enum Smoothing {

        /** Its share is the smallest double (no smoothing function). */
        NONE,

        /** 0.1 n-grams match (method 1). */
        EPSILON,

        /** Fewer the more such n there are, more the longer the text is (method 4; Chen, Cherry, WMT 2014). */
        BY_LENGTH
    }

    /**
     * BLEU as nltk's {@code corpus_bleu} and, of one text, {@code sentence_bleu} have it.
     *
     * @param orders the largest n, up to 4; all weigh alike
     * @return in [0, 1]
     */
    public double nltk(int orders, Smoothing smoothing) {
        if (matches.get(0) == 0) {
            return 0;
        }
        double logs = 0;
        int unmatched = 0;
        for (int n = 0; n < orders; n++) {
            double share = (double) matches.get(n) / filledTotals.get(n);
            if (matches.get(n) == 0) {
                unmatched++;
                share = smoothed(smoothing, unmatched, filledTotals.get(n));
            }
            logs += share > 0 ? Math.log(share) / orders : 0; // nltk passes over what is still 0
        }
        return brevityPenalty() * Math.exp(logs);
    }

    private double smoothed(Smoothing smoothing, int unmatched, long total) {
        return switch (smoothing) {
            case NONE -> Double.MIN_NORMAL;
            case EPSILON -> NLTK_EPSILON / total;
            case BY_LENGTH -> length > 1 ? Math.log(length) / (Math.pow(2, unmatched) * NLTK_K) / total : 0;
        };
    }

    /**
     * BLEU as sacrebleu has it, with its exponential smoothing.
     *
     * @param effectiveOrder whether an n without any n-gram is passed over, as in scores of single texts
     * @return in [0, 100]
     */
    public double sacrebleu(boolean effectiveOrder) {
        if (matches.stream().allMatch(count -> count == 0)) {
            return 0;
        }
        double logs = 0;
        double halving = 1;
        int order = 0;
        while (order < BleuReferences.ORDERS && totals.get(order) > 0) {
            halving *= matches.get(order) == 0 ? 2 : 1;
            logs += Math.log(100 * (matches.get(order) == 0 ? 1 / halving : matches.get(order)) / totals.get(order));
            order++;
        }
        boolean counts = order == BleuReferences.ORDERS || effectiveOrder;
        return counts ? brevityPenalty() * Math.exp(logs / order) : 0;
    }

    /** exp(1 − r/c) for texts that are shorter than their references, else 1; 0 where they have no token. */
    public double brevityPenalty() {
        if (length >= referenceLength) {
            return 1;
        }
        return length == 0 ? 0 : Math.exp(1 - (double) referenceLength / length);
    }
}
