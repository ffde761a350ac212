package org.diffusion4j.evaluate.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** BLEU of nltk and of sacrebleu, ROUGE of torchmetrics, and DiffuSeq's measures of variety. */
public final class TextMetricsCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("text_metrics");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        switch (golden.name().replaceAll("_[a-z]+$", "")) {
            case "bleu_nltk", "bleu_nltk_with" -> nltk(golden, out);
            case "bleu_sacrebleu", "bleu_sacrebleu_with" -> sacrebleu(golden, out);
            case "rouge" -> rouge(golden, out);
            default -> diversity(golden, out);
        }
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static List<String> input(GoldenCase golden, String name) {
        golden.needsNo("inputs." + name); // is read here
        return texts(golden.json().at("/inputs/" + name));
    }

    private static BleuCounts sum(List<BleuCounts> counts) {
        return counts.stream().reduce(BleuCounts.NONE, BleuCounts::plus);
    }

    private static void nltk(GoldenCase golden, Comparison out) {
        golden.needsNo("config.weights", "inputs.references"); // alike; is read here
        List<String> hypotheses = input(golden, "hypotheses");
        List<BleuCounts> each = new ArrayList<>();
        for (int i = 0; i < hypotheses.size(); i++) {
            List<List<String>> references = texts(golden.json().at("/inputs/references/" + i)).stream()
                    .map(TextUnit.WORDS::split)
                    .toList();
            each.add(BleuCounts.of(TextUnit.WORDS.split(hypotheses.get(i)), new BleuReferences(references)));
        }
        BleuCounts corpus = sum(each);
        out.expect("corpus_bleu", corpus.nltk(4, BleuCounts.Smoothing.NONE));
        out.expect("corpus_method1", corpus.nltk(4, BleuCounts.Smoothing.EPSILON));
        for (int n = 1; n <= 4; n++) {
            out.expect("cumulative_" + n, corpus.nltk(n, BleuCounts.Smoothing.NONE));
        }
        out.expect("sentence_none", of(each, text -> text.nltk(4, BleuCounts.Smoothing.NONE)));
        out.expect("sentence_method1", of(each, text -> text.nltk(4, BleuCounts.Smoothing.EPSILON)));
        out.expect("sentence_method4", of(each, text -> text.nltk(4, BleuCounts.Smoothing.BY_LENGTH)));
    }

    private static double[] of(List<BleuCounts> each, ToDoubleFunction<BleuCounts> score) {
        return each.stream().mapToDouble(score).toArray();
    }

    private static void sacrebleu(GoldenCase golden, Comparison out) {
        golden.needsNo("config.tokenize", "config.lowercase", "config.smooth_method", "config.version"); // one setting
        golden.needsNo("inputs.reference_streams"); // is read here
        List<BleuCounts> each = sacrebleuCounts(golden, false);
        BleuCounts corpus = sum(each);
        out.expect("score", corpus.sacrebleu(false));
        out.expect("brevity_penalty", corpus.brevityPenalty());
        out.expect("hypothesis_length", corpus.length());
        out.expect("reference_length", corpus.referenceLength());
        out.expect("counts", corpus.matches().stream().mapToDouble(n -> n).toArray());
        out.expect("totals", corpus.totals().stream().mapToDouble(n -> n).toArray());
        out.expect("sentence_scores", of(each, text -> text.sacrebleu(true)));
        out.expect("lowercase_score", sum(sacrebleuCounts(golden, true)).sacrebleu(false));
    }

    private static List<BleuCounts> sacrebleuCounts(GoldenCase golden, boolean lower) {
        List<String> hypotheses = input(golden, "hypotheses");
        List<BleuCounts> each = new ArrayList<>();
        for (int i = 0; i < hypotheses.size(); i++) {
            List<List<String>> references = new ArrayList<>();
            for (JsonNode stream : golden.json().at("/inputs/reference_streams")) {
                references.add(words(stream.get(i).asText(), lower));
            }
            each.add(BleuCounts.of(words(hypotheses.get(i), lower), new BleuReferences(references)));
        }
        return each;
    }

    private static List<String> words(String text, boolean lower) {
        return MtevalTokens.of(lower ? text.toLowerCase(Locale.ROOT) : text);
    }

    private static void rouge(GoldenCase golden, Comparison out) {
        golden.needsNo("config.rouge_keys", "config.use_stemmer"); // all three; false
        List<String> hypotheses = input(golden, "hypotheses");
        List<String> references = input(golden, "references");
        for (String key : List.of("rouge1", "rouge2", "rougeL")) {
            List<Rouge> each = IntStream.range(0, hypotheses.size())
                    .mapToObj(i -> key.equals("rougeL")
                            ? Rouge.ofSubsequence(hypotheses.get(i), references.get(i))
                            : Rouge.ofNgrams(key.charAt(5) - '0', hypotheses.get(i), references.get(i)))
                    .toList();
            out.expect(
                    key + "_precision",
                    each.stream().mapToDouble(Rouge::precision).toArray());
            out.expect(key + "_recall", each.stream().mapToDouble(Rouge::recall).toArray());
            out.expect(key + "_fmeasure", each.stream().mapToDouble(Rouge::f1).toArray());
        }
    }

    private static void diversity(GoldenCase golden, Comparison out) {
        List<String> sentences = input(golden, "sentences");
        List<List<String>> tokens =
                sentences.stream().map(TextUnit.WORDS::split).toList();
        for (int n = 1; n <= 4; n++) {
            out.expect("distinct_" + n, Diversity.distinctWithin(tokens, n));
            out.expect("distinct_" + n + "_pooled", Diversity.distinct(tokens, n));
        }
        out.expect("div4", Diversity.distinct(tokens, 4));
        out.expect(
                "pair_bleu",
                Arrays.stream(Diversity.pairBleu(tokens))
                        .flatMapToDouble(Arrays::stream)
                        .toArray());
        out.expect("self_bleu", Diversity.selfBleu(tokens));
        assertThat(sentences.get(Diversity.byBayesRisk(tokens).get(0)))
                .isEqualTo(golden.json().at("/expected/mbr").asText());
    }
}
