package org.diffusion4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffusion4j.text.GrammarTexts.recipe;
import static org.diffusion4j.text.GrammarTexts.sentences;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.nn.text.TextTransformerConfig;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.OneThread;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(OneThread.class)
@DisplayName("The prediction of tokens")
class TokenPredictionTest {

    private static final int EMBEDDING = 4;
    private static final int[] ROWS = {0, 2, 3, 0, 3, 4, 0, 4, 5, 0, 4, 3}; // of three tokens
    private static final int[] COUNTS = {4, 0, 1, 3, 3, 1};
    private static final DiscreteProcess PROCESS =
            new DiscreteProcess(new BetaSchedule(BetaCurve.DIFFUSION_LM, 1e-4, 0.02, 50).table());

    @TempDir
    private Path folder;

    private static TextTransformer network() {
        TextTransformerConfig sizes = new TextTransformerConfig(EMBEDDING, 8, 1, 2, 8, 4, 0, false, true, false, 0);
        return new TextTransformer(COUNTS.length, 3, sizes, 5, ScalarType.Double);
    }

    private static NoisyTexts noisy(TextTransformer network, double t, boolean someGiven) {
        Tensor tokens = Tensors.of(new long[] {0, 3, 5, 1, 4, 2}, 2, 3);
        NoiseStream noise = new SeededNoise(1, 0);
        Tensor like = torch.zeros(2, 3, EMBEDDING).to(ScalarType.Double);
        Tensor given = Tensors.of(new long[] {1, 0, 0, 0, 0, 1}, 2, 3, 1).ne(new Scalar(0));
        return NoisyTexts.of(
                PROCESS,
                tokens,
                network.embed(tokens),
                someGiven ? given : null,
                new double[] {t, t},
                noise.draw(0, like),
                noise.draw(1, like));
    }

    /** p(w | x) of each token by Bayes' rule with the density of a normal distribution, where tokens are as likely as they are frequent. */
    private static double[] posterior(double[] x, double[][] embeddings, double t, double temperature) {
        double alpha = PROCESS.alpha(t);
        double variance = Math.pow(PROCESS.sigma(t), 2) + Math.pow(alpha * PROCESS.sigma(0), 2);
        double[] p = IntStream.range(0, COUNTS.length)
                .mapToDouble(w -> Math.pow(COUNTS[w] + 0.5, 1 / temperature)
                        * Math.exp(-IntStream.range(0, EMBEDDING)
                                        .mapToDouble(i -> Math.pow(x[i] - alpha * embeddings[w][i], 2))
                                        .sum()
                                / (2 * variance)))
                .toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(each -> each / sum).toArray();
    }

    private static Tensor rows() {
        return Tensors.of(Arrays.stream(ROWS).asLongStream().toArray(), 4, 3);
    }

    private static double[][] rows(Tensor x) {
        double[] all = Tensors.toArray(x);
        return IntStream.range(0, all.length / EMBEDDING)
                .mapToObj(i -> Arrays.copyOfRange(all, i * EMBEDDING, (i + 1) * EMBEDDING))
                .toArray(double[][]::new);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "5,1", "25,1", "49,1", "25,0.5", "49,2"})
    void is_by_Bayes_rule_what_noise_and_frequency_say_where_the_network_says_nothing(int t, double temperature) {
        try (TextTransformer network = network();
                PointerScope scope = new PointerScope()) {
            TextPrediction prediction = new TokenPrediction(network, PROCESS, 1).at(temperature);
            prediction.begin(rows());
            NoisyTexts texts = noisy(network, t, false);
            Tensor nothing = torch.zeros_like(texts.xt());
            double[][] embeddings = rows(network.embeddings());
            double[][] xt = rows(texts.xt());
            double[][] x0 = rows(prediction.x0(nothing, texts.xt(), texts.level()));
            double[] surprise = Tensors.toArray(prediction.surprise(texts, nothing));
            double[] tokens = Tensors.toArray(texts.tokens());
            for (int at = 0; at < xt.length; at++) {
                double[] p = posterior(xt[at], embeddings, t, temperature);
                assertThat(surprise[at]).isCloseTo(-Math.log(p[(int) tokens[at]]), within(1e-9));
                for (int i = 0; i < EMBEDDING; i++) {
                    assertThat(x0[at][i]).isCloseTo(meanOfX0(p, embeddings, xt[at], t, i), within(1e-9));
                }
            }
        }
    }

    /** For each token, x0 is normal given x_t: precisions add. */
    private static double meanOfX0(double[] p, double[][] embeddings, double[] xt, double t, int i) {
        double alpha = PROCESS.alpha(t);
        double first = 1 / Math.pow(PROCESS.sigma(0), 2);
        double second = alpha * alpha / Math.pow(PROCESS.sigma(t), 2);
        return IntStream.range(0, p.length)
                .mapToDouble(w -> p[w] * (first * embeddings[w][i] + second * xt[i] / alpha) / (first + second))
                .sum();
    }

    @Test
    void has_embeddings_of_one_length_and_rounds_to_the_nearest() {
        try (TextTransformer network = network();
                PointerScope scope = new PointerScope()) {
            TokenPrediction prediction = new TokenPrediction(network, PROCESS, 1);
            prediction.begin(rows());
            assertThat(List.of(rows(network.embeddings())))
                    .allSatisfy(e -> assertThat(
                                    Arrays.stream(e).map(each -> each * each).sum())
                            .isCloseTo(EMBEDDING, within(1e-9)));
            Tensor embedded = network.embeddings().unsqueeze(0);
            assertThat(Tensors.toArray(prediction.rounding(embedded).squeeze(0).argmax(new LongOptional(1), false)))
                    .containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void learns_from_what_is_not_given_alone() {
        try (TextTransformer network = network();
                PointerScope scope = new PointerScope()) {
            TokenPrediction prediction = new TokenPrediction(network, PROCESS, 1);
            NoisyTexts texts = noisy(network, 25, true);
            Tensor output = torch.randn_like(texts.xt());
            double[] surprise = Tensors.toArray(prediction.surprise(texts, output));
            assertThat(Tensors.toArray(prediction.loss(texts, output, new double[] {25, 25})))
                    .containsExactly(
                            new double[] {(surprise[1] + surprise[2]) / 3, (surprise[3] + surprise[4]) / 3},
                            within(1e-12));
        }
    }

    @Test
    void shows_the_network_what_is_given_and_what_noise_says_at_any_temperature() {
        try (TextTransformer network = network();
                PointerScope scope = new PointerScope()) {
            TokenPrediction prediction = new TokenPrediction(network, PROCESS, 1);
            prediction.begin(rows());
            NoisyTexts texts = noisy(network, 25, true);
            Tensor alone = prediction.x0(torch.zeros_like(texts.xt()), texts.xt(), texts.level());
            double[][] shown = rows(prediction.at(0.5).input(texts.xt(), texts.level(), texts.given()));
            double[][] xt = rows(texts.xt());
            double[][] expected = rows(alone);
            for (int i = 0; i < shown.length; i++) {
                assertThat(shown[i]).containsExactly(i == 0 || i == 5 ? xt[i] : expected[i], within(1e-12));
            }
        }
    }

    @Test
    void sees_as_many_neighbours_as_its_first_layer_reaches() {
        TextTransformerConfig sizes = new TextTransformerConfig(EMBEDDING, 8, 1, 2, 8, 4, 0, true, true, true, 2);
        try (TextTransformer network = new TextTransformer(COUNTS.length, 3, sizes, 5, ScalarType.Double);
                PointerScope scope = new PointerScope()) {
            assertThat(network.parameters().get("input_up_proj.0.weight").shape())
                    .containsExactly(8, 5 * 2 * EMBEDDING);
            Tensor x = torch.zeros(1, 3, EMBEDDING).to(ScalarType.Double);
            assertThat(network.forward(x, Tensors.of(new double[] {1}), Condition.NONE)
                            .sizes()
                            .vec()
                            .get())
                    .containsExactly(1, 3, EMBEDDING);
        }
    }

    private static TextRecipe ofTokens(String... changes) {
        return recipe("prediction=tokens", "model.normalized=true", "schedule.curve=cosine")
                .with(changes);
    }

    @Test
    void learns_a_grammar_and_writes_by_any_sampler() {
        try (TextModel model = GrammarTexts.trained(
                folder, ofTokens("train.steps=400", "storage=bf16", "model.preNorm=true", "model.reach=1"))) {
            for (String sampler : List.of("ddpm", "ddim", "edm", "dpm++-2m")) {
                assertThat(write(model, model.settings().withCount(100).withSample(SampleSettings.of(sampler, 20))))
                        .as(sampler)
                        .filteredOn(sentences()::contains)
                        .hasSizeGreaterThan(75);
            }
            assertThat(write(model, model.settings().withCount(40).withTemplate(TextTemplate.ofPrefix("a dog hears"))))
                    .allSatisfy(text -> assertThat(text).startsWith("a dog hears "))
                    .filteredOn(sentences()::contains)
                    .hasSizeGreaterThan(30);
            // as for vectors: 36 sentences are 5.17 bits, in 6.5 tokens
            assertThat(TextLikelihood.of(model, sentences(), 20, 0, (done, of) -> {})
                            .bitsPerToken())
                    .isBetween(5.17 / 6.5, 3.0);
        }
    }

    private static List<String> write(TextModel model, WriteSettings settings) {
        return model.write(settings, (done, of) -> {}).stream()
                .map(WrittenText::text)
                .toList();
    }

    @Test
    void is_after_an_interruption_what_it_would_have_been() {
        GrammarTexts.trained(folder.resolve("whole"), ofTokens("train.steps=6")).close();
        Path parts = folder.resolve("parts");
        GrammarTexts.trainInParts(parts, ofTokens("train.steps=6"));
        assertThat(parts.resolve("model/text.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model/text.safetensors"));
    }

    @Test
    void needs_embeddings_of_one_length() {
        assertThatThrownBy(() -> recipe("prediction=tokens"))
                .hasMessageContaining(
                        "the prediction tokens needs embeddings of one length; set model.normalized=true");
        assertThatThrownBy(() -> recipe("temperature=0.8")).hasMessageContaining("needs the prediction tokens");
        assertThatThrownBy(() -> ofTokens("temperature=0")).hasMessageContaining("above 0 and finite, was 0.0");
        assertThatThrownBy(() -> recipe("prediction=token")).hasMessageContaining("did you mean 'tokens'?");
    }
}
