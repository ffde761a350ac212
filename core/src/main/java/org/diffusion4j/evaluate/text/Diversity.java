package org.diffusion4j.evaluate.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** How different the texts of a set are from each other, and which of them the others agree with most. */
public final class Diversity {

    private Diversity() {}

    /** The share of different n-grams among all of all texts: distinct-n (Li et al., NAACL 2016); 0 where there are none. */
    public static double distinct(List<List<String>> texts, int n) {
        Set<List<String>> different = new HashSet<>();
        long total = 0;
        for (List<String> text : texts) {
            Map<List<String>, Integer> counts = Ngrams.counts(text, n);
            different.addAll(counts.keySet());
            total += Ngrams.total(counts);
        }
        return total == 0 ? 0 : (double) different.size() / total;
    }

    /** The mean over texts of each text's own share of different n-grams; as DiffuSeq has it 0 where a single text has none. */
    public static double distinctWithin(List<List<String>> texts, int n) {
        double sum = 0;
        for (List<String> text : texts) {
            Map<List<String>, Integer> counts = Ngrams.counts(text, n);
            if (counts.isEmpty()) {
                return 0;
            }
            sum += (double) counts.size() / Ngrams.total(counts);
        }
        return texts.isEmpty() ? 0 : sum / texts.size();
    }

    /** BLEU of each text with each as its only reference, smoothed by length. A text shorter than four tokens is below 1 with itself. */
    public static double[][] pairBleu(List<List<String>> texts) {
        List<BleuReferences> references = texts.stream().map(BleuReferences::of).toList();
        return texts.stream()
                .map(text -> references.stream()
                        .mapToDouble(reference -> bleu(text, reference))
                        .toArray())
                .toArray(double[][]::new);
    }

    private static double bleu(List<String> text, BleuReferences reference) {
        return BleuCounts.of(text, reference).nltk(BleuReferences.ORDERS, BleuCounts.Smoothing.BY_LENGTH);
    }

    /** The mean BLEU of each pair of texts: self-BLEU as DiffuSeq has it. High means alike; 0 of fewer than two texts. */
    public static double selfBleu(List<List<String>> texts) {
        List<BleuReferences> references = texts.stream().map(BleuReferences::of).toList();
        return IntStream.range(0, texts.size())
                .boxed()
                .flatMapToDouble(i ->
                        IntStream.range(i + 1, texts.size()).mapToDouble(j -> bleu(texts.get(i), references.get(j))))
                .average()
                .orElse(0);
    }

    /**
     * The texts in the order of their minimum Bayes risk: first that with the largest sum of BLEU over all others as references.
     *
     * <p>Kumar, Byrne, "Minimum Bayes-Risk Decoding for Statistical Machine Translation", NAACL 2004; used by Diffusion-LM to choose among
     * samples.
     *
     * @return indices of texts; of equals the first comes first
     */
    public static List<Integer> byBayesRisk(List<List<String>> texts) {
        double[][] bleu = pairBleu(texts);
        double[] agreement = IntStream.range(0, bleu.length)
                .mapToDouble(i -> Arrays.stream(bleu[i]).sum() - bleu[i][i])
                .toArray();
        return IntStream.range(0, agreement.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -agreement[i]))
                .toList();
    }
}
