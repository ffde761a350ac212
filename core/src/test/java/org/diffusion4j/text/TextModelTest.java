package org.diffusion4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.diffusion4j.text.GrammarTexts.corpus;
import static org.diffusion4j.text.GrammarTexts.recipe;
import static org.diffusion4j.text.GrammarTexts.sentences;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.data.text.Vocabulary;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.ResidentMemory;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.text.control.ControlRecipe;
import org.diffusion4j.train.OneThread;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("A model of texts with a known grammar")
class TextModelTest {

    @TempDir
    private static Path trained;

    @TempDir
    private Path folder;

    private static TextModel model;

    @BeforeAll
    static void train() {
        model = GrammarTexts.trained(trained);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static void train(Path folder, TextRecipe recipe, TrainListener listener) {
        try (TextTraining training = TextTraining.begin(recipe, corpus(), folder, false)) {
            training.run(listener);
        }
    }

    private static List<String> write(WriteSettings settings) {
        return model.write(settings, (done, of) -> {}).stream()
                .map(WrittenText::text)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"ddpm,20,false", "ddpm,50,true", "ddim,20,false", "dpm++-2m,15,false"})
    void writes_sentences_of_that_grammar_and_all_kinds(String sampler, int steps, boolean clamp) {
        List<String> written = write(model.settings()
                .withCount(100)
                .withSample(SampleSettings.of(sampler, steps))
                .withClamp(clamp));
        assertThat(written).filteredOn(sentences()::contains).hasSizeGreaterThan(85);
        assertThat(written.stream().distinct().count()).isGreaterThan(18);
    }

    @Test
    void goes_on_from_a_prefix_as_the_grammar_says() {
        List<String> written = write(model.settings().withCount(40).withTemplate(TextTemplate.ofPrefix("a dog hears")));
        assertThat(written).allSatisfy(text -> assertThat(text).startsWith("a dog hears "));
        assertThat(written).filteredOn(sentences()::contains).hasSizeGreaterThan(32);
    }

    @Test
    void fills_blanks_and_keeps_a_length() {
        assertThat(write(model.settings().withCount(20).withTemplate(TextTemplate.ofInfill("_ bird __ cat now"))))
                .filteredOn(List.of("a bird sees the cat now", "a bird hears the cat now")::contains)
                .hasSizeGreaterThan(15);
        assertThat(write(model.settings().withCount(20).withTemplate(TextTemplate.ofLength(5))))
                .allSatisfy(text -> assertThat(text.split(" ")).hasSize(5))
                .filteredOn(text -> text.startsWith("the"))
                .hasSizeGreaterThan(15);
    }

    @Test
    void keeps_everything_given_in_10_000_random_cases() {
        SplittableRandom random = new SplittableRandom(5);
        Vocabulary vocabulary = model.vocabulary();
        List<String> words = vocabulary.entries().subList(4, vocabulary.size());
        int length = model.recipe().data().length();
        for (int k = 0; k < 10_000; k++) {
            int count = 1 + random.nextInt(length - 2);
            List<String> given = IntStream.range(0, count)
                    .mapToObj(i -> random.nextInt(3) == 0 ? "_" : words.get(random.nextInt(words.size())))
                    .toList();
            boolean blanks = given.contains("_");
            String text = String.join(" ", given);
            TextTemplate template = blanks ? TextTemplate.ofInfill(text) : TextTemplate.ofPrefix(text);
            String written = k < 100
                    ? write(model.settings()
                                    .withSeed(k)
                                    .withTemplate(template)
                                    .withSample(SampleSettings.of(k % 2 == 0 ? "ddim" : "euler", 2)))
                            .get(0)
                    : noise(template, random, length);
            List<String> found = TextUnit.WORDS.split(written);
            boolean kept = blanks ? found.size() == count : found.size() >= count;
            for (int i = 0; kept && i < count; i++) {
                kept = given.get(i).equals("_") || given.get(i).equals(found.get(i));
            }
            if (!kept) {
                assertThat(found).isEqualTo(given);
            }
        }
    }

    /** What comes of vectors that have nothing to do with the template. */
    private static String noise(TextTemplate template, SplittableRandom random, int length) {
        double[] numbers = IntStream.range(0, length * 8)
                .mapToDouble(i -> 4 * random.nextDouble() - 2)
                .toArray();
        return model.textOf(numbers, template);
    }

    @ParameterizedTest
    @CsvSource({"ddpm,10", "ddim,5"})
    void writes_a_text_by_its_number_and_the_seed_however_many_are_written_at_once(String sampler, int steps) {
        WriteSettings settings =
                model.settings().withCount(7).withSeed(3).withSample(SampleSettings.of(sampler, steps));
        List<String> all = write(settings);
        assertThat(write(settings)).isEqualTo(all);
        assertThat(write(settings.withCount(5).withAtOnce(2))).isEqualTo(all.subList(0, 5));
        assertThat(write(settings.withSeed(4))).isNotEqualTo(all);
    }

    @Test
    void codes_its_sentences_in_fewer_bits_than_their_words_at_random() {
        TextLikelihood found = TextLikelihood.of(model, sentences(), 20, 0, (done, of) -> {});
        // 36 sentences: 5.17 bits, in 6.5 tokens; a bound is above. Words at random would need 3 bits and more each
        assertThat(found.bitsPerToken()).isBetween(5.17 / 6.5, 3.0);
        assertThat(found.tokens()).isEqualTo(18 * 6 + 18 * 7);
        assertThat(found.perplexity()).isEqualTo(Math.pow(2, found.bitsPerToken()));
    }

    @Test
    void is_after_an_interruption_what_it_would_have_been() throws IOException {
        TextRecipe recipe = recipe("train.steps=8");
        train(folder.resolve("whole"), recipe, TrainListener.NONE);
        Path parts = folder.resolve("parts");
        GrammarTexts.trainInParts(parts, recipe);
        assertThat(parts.resolve("model/text.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model/text.safetensors"));
        assertThat(Files.readAllLines(parts.resolve("samples/step-8.txt"))).hasSize(2);
        TextCorpus other = new TextCorpus(List.of(new TextItem("", "another text")), List.of());
        assertThatThrownBy(() -> TextTraining.resume(parts, other, List.of("train.steps=9"), warning -> {}))
                .isInstanceOf(CheckpointException.class);
    }

    @Test
    void can_be_cancelled_and_keeps_no_memory() {
        WriteSettings settings = model.settings().withCount(4).withSample(SampleSettings.ddpm(10));
        Runnable calls = () -> {
            for (int i = 0; i < 100; i++) {
                cancelAndWrite(settings);
            }
        };
        calls.run(); // the Java heap grows to what this needs, cancelled texts included
        assertThat(ResidentMemory.growth(32L << 20, calls)).isLessThan(32L << 20);
    }

    private static void cancelAndWrite(WriteSettings settings) {
        assertThatThrownBy(() -> model.write(settings, (done, of) -> {
                    if (done > 4) {
                        throw new CancellationException("enough");
                    }
                }))
                .isInstanceOf(CancellationException.class);
        write(settings);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                new Arguments(
                        TextTemplate.ofPrefix("the zebra sees the yak"),
                        "the model does not know 'zebra', 'yak', which its training texts have too seldom; it knows 8 words"),
                new Arguments(
                        TextTemplate.ofInfill("the cat _ the dog sees the cat now"),
                        "a text of 9 words is longer than the model's 7"),
                new Arguments(TextTemplate.ofLength(8), "a text of 8 words is longer than the model's 7"),
                new Arguments(
                        TextTemplate.ofPrefix("the cat sees").withLength(2), "the length is 2, but 3 words are given"));
    }

    record Arguments(TextTemplate template, String message) {}

    @ParameterizedTest
    @MethodSource("refused")
    void refuses_what_it_cannot_keep(Arguments arguments) {
        assertThatThrownBy(() -> write(model.settings().withTemplate(arguments.template())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(arguments.message());
    }

    @Test
    void refuses_templates_that_contradict_themselves() {
        assertThatThrownBy(() -> new TextTemplate("a", "_", null))
                .hasMessage("a text has a prefix or blanks to fill, not both: omit one");
        assertThatThrownBy(() -> TextTemplate.ofInfill("the cat"))
                .hasMessage("'the cat' has no blank; put _ for each word or character that is to be found");
        assertThatThrownBy(() -> TextTemplate.ofPrefix("the _")).hasMessageContaining("a prefix has no blanks");
        assertThatThrownBy(() -> TextTemplate.ofInfill("_").withLength(3)).hasMessageContaining("omit 3");
    }

    @Test
    void refuses_recipes_that_cannot_be() {
        assertThatThrownBy(() -> recipe("prediction=eps"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("infilling needs the prediction x0");
        assertThatThrownBy(() -> recipe("sample.steps=101")).hasMessageContaining("at most the 100 of schedule.steps");
        assertThatThrownBy(() -> recipe("model.heads=3"))
                .hasMessageContaining("model.width must divide by model.heads");
        assertThatThrownBy(() -> TextModel.load(trained))
                .isInstanceOf(FormatException.class)
                .hasMessageEndingWith("did you mean " + trained.resolve("model") + "?");
    }

    @Test
    void of_words_and_blocks_trains_too() {
        TextRecipe recipe = recipe(
                "train.steps=2", "infilling=0", "data.layout=block", "prediction=eps", "model.selfConditioning=false");
        train(folder.resolve("block"), recipe, TrainListener.NONE);
        try (TextModel blocks = TextModel.load(folder.resolve("block/model"))) {
            assertThat(blocks.write(3, 0)).hasSize(3);
        }
    }

    @Test
    void has_recipes_that_can_be_read() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../recipes"))) {
            assertThat(files.filter(TextRecipe.KIND::isOne))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(
                                    TextRecipe.read(file, List.of()).name() + ".json")
                            .isEqualTo(file.getFileName().toString()));
        }
        assertThat(ControlRecipe.read(Path.of("../recipes/text-control-e2e.json"), List.of())
                        .resolved()
                        .name())
                .isEqualTo("text-control-e2e");
    }

    @Test
    void measures_texts_beside_others() {
        TextReference reference = new TextReference(model.vocabulary(), corpus());
        List<String> same = List.of("the cat sees the dog", "the cat sees the dog");
        assertThat(TextMetric.COPIES.of(List.of("the cat sees the dog", "cat cat"), reference))
                .containsEntry("copies", 0.5);
        assertThat(TextMetric.BLEU.of(same, reference).get("bleu")).isEqualTo(1);
        assertThat(TextMetric.SELF_BLEU.of(same, reference).get("self-bleu")).isEqualTo(1);
        assertThat(TextMetric.DISTINCT.of(same, reference)).containsEntry("distinct-1", 0.4);
        assertThat(TextMetric.LM_SCORE.of(same, reference).get("perplexity"))
                .isLessThan(TextMetric.LM_SCORE
                        .of(List.of("dog the now sees"), reference)
                        .get("perplexity"));
        assertThatThrownBy(() -> new TextReference(model.vocabulary(), new TextCorpus(corpus().training(), List.of())))
                .hasMessageContaining("data.heldOut");
        assertThat(Arrays.stream(TextMetric.values()).map(TextMetric::toString))
                .containsExactly("bleu", "distinct", "self-bleu", "lm-score", "copies");
    }
}
