package org.diffusion4j.text.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffusion4j.text.GrammarTexts.corpus;
import static org.diffusion4j.text.GrammarTexts.sentences;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.data.text.TaggedText;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.text.GrammarTexts;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.TextTemplate;
import org.diffusion4j.text.TextTraining;
import org.diffusion4j.text.WriteSettings;
import org.diffusion4j.text.WrittenText;
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

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("Texts of a known grammar under control")
class TextControlTest {

    /** Made up, so that tags tell a cat from others and seeing from hearing; "dog now" is an adjective phrase. */
    private static final Map<String, String> TAGS = Map.of(
            "the", "DET", "a", "DET", "cat", "NOUN", "dog", "PROPN", "bird", "PROPN", "sees", "VERB", "hears", "AUX",
            "now", "ADJ");

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static TextModel model;
    private static ControlModel controls;

    @BeforeAll
    static void train() throws IOException {
        model = GrammarTexts.trained(shared.resolve("texts"));
        Path tagged = shared.resolve("tagged.jsonl");
        TaggedFile.write(
                tagged, sentences().stream().map(TextControlTest::tagged).toList());
        ControlRecipe recipe = ControlRecipe.defaults()
                .with("model.width=32", "model.layers=1", "model.heads=2", "model.inner=64", "model.dropout=0")
                .with("train.steps=400", "train.learningRate=4e-3", "train.batchSize=32")
                .with("train.validateEvery=0", "train.checkpointEvery=0", "data.tagged=" + tagged);
        try (ControlTraining training =
                ControlTraining.begin(recipe, model, corpus(), shared.resolve("controls"), false)) {
            training.run(TrainListener.NONE);
        }
        controls = ControlModel.load(shared.resolve("controls/model"));
    }

    @AfterAll
    static void close() {
        controls.close();
        model.close();
    }

    private static TaggedText tagged(String text) {
        List<String> words = List.of(text.split(" "));
        return new TaggedText(words, words.stream().map(TAGS::get).toList());
    }

    private static WriteSettings settings(int count) {
        return model.settings().withCount(count).withSample(SampleSettings.ddpm(40));
    }

    /** The share of texts under control that are of the grammar and match. */
    private static double share(String pattern, String... goals) {
        List<WrittenText> written = TextControl.of(controls, goals).write(model, settings(60), (done, of) -> {});
        return written.stream()
                        .map(WrittenText::text)
                        .filter(sentences()::contains)
                        .filter(Pattern.compile(pattern).asPredicate())
                        .count()
                / (double) written.size();
    }

    @Test
    void recognise_facts_parts_of_speech_and_phrases() {
        assertThat(controls.labels().facts().values())
                .containsEntry("who", List.of("", "bird", "cat", "dog"))
                .containsEntry("how", List.of("", "ears"));
        assertThat(controls.accuracy(corpus().training(), model))
                .containsOnlyKeys("how", "who", "pos", "span")
                .allSatisfy((name, share) -> assertThat(share).as(name).isGreaterThan(0.95));
        assertThat(controls.tell("a dog sees the cat now", model)).containsExactly(Map.entry("who", "dog"));
        assertThat(controls.labels().taggerAccuracy()).isEqualTo(1);
    }

    @Test
    void tell_the_facts_that_are_wanted_one_and_two_together() {
        assertThat(share(" dog (sees|hears)", "who=dog")).isGreaterThan(0.8);
        assertThat(share(" cat hears", "who=cat", "how=ears")).isGreaterThan(0.7);
    }

    @Test
    void have_the_parts_of_speech_and_the_number_of_words_that_are_wanted() {
        assertThat(share("the (dog|bird) hears the cat", "pos=DET PROPN AUX DET NOUN"))
                .isGreaterThan(0.8);
        assertThat(share("a dog sees the (dog|bird) now", "pos=DET PROPN VERB DET PROPN ADJ", "who=dog"))
                .isGreaterThan(0.7);
    }

    @Test
    void have_a_phrase_where_it_is_wanted() {
        List<WrittenText> free = model.write(settings(60), (done, of) -> {});
        assertThat(free.stream().filter(text -> text.text().endsWith("now")).count() / 60.0)
                .isBetween(0.2, 0.8);
        assertThat(share("now$", "span=4,5,ADJP")).isGreaterThan(0.85);
    }

    @Test
    void are_the_texts_of_the_model_where_the_steps_of_control_are_nothing() {
        TextControl control = new TextControl(controls, List.of(ControlGoal.parse("who=cat")), 0.01, 1e-9);
        assertThat(texts(control.write(model, settings(20), (done, of) -> {})))
                .isEqualTo(texts(model.write(settings(20), (done, of) -> {})))
                .isNotEqualTo(texts(TextControl.of(controls, "who=cat").write(model, settings(20), (done, of) -> {})));
    }

    private static List<String> texts(List<WrittenText> written) {
        return written.stream().map(WrittenText::text).toList();
    }

    @Test
    void have_a_length_without_a_classifier() {
        assertThat(TextControl.sampling(SampleSettings.of("edm", 50))).isEqualTo(SampleSettings.ddpm(200));
        assertThat(TextControl.settings(model).sample())
                .isEqualTo(model.settings().sample());
        WriteSettings byDdim = settings(20).withSample(SampleSettings.ddim(20));
        assertThat(TextControl.of(controls, "length=5").write(model, byDdim, (done, of) -> {}))
                .allSatisfy(text -> assertThat(text.text().split(" ")).hasSize(5));
        assertThat(TextControl.of(controls, "length=5").write(model, settings(20), (done, of) -> {}))
                .allSatisfy(text -> assertThat(text.text().split(" ")).hasSize(5))
                .isEqualTo(model.write(settings(20).withTemplate(TextTemplate.ofLength(5)), (done, of) -> {}));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "whom=dog | there is no fact 'whom'; did you mean 'who'? known are: how, who",
                "who=fish | there is no value of who 'fish'; known are: bird, cat, dog",
                "food | a control is NAME=VALUE, such as food=Italian, was 'food'",
                "pos=DET NOUM | there is no part of speech 'NOUM'; did you mean 'NOUN'? known are: ADJ, AUX, DET, NOUN, PROPN, VERB",
                "pos= | pos= needs a part of speech for each word, such as pos=PROPN AUX DET NOUN",
                "pos=DET DET DET DET DET DET DET DET | 8 parts of speech are wanted of a text of at most 7 words; give fewer",
                "span=4,5,VP | there is no label of spans 'VP'; did you mean 'NP'? known are: ADJP, NP, PP",
                "span=4,7,NP | the span 4,7 lies outside of a text of at most 7 words, which are counted from 0",
                "span=5,4,NP | a span has its first word, from 0, and then its last, were 5 and 4",
                "span=4-5 | a span is FIRST,LAST,LABEL with the numbers of its words from 0, such as span=10,12,PP, was '4-5'",
                "length=8 | a length of 8 is wanted of a text of at most 7",
                "length=many | a length is a number, such as length=12, was 'many'",
            })
    void are_refused_in_one_line_where_they_cannot_be(String goal, String message) {
        assertThatThrownBy(() -> TextControl.of(controls, goal))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void are_refused_where_goals_or_sampler_or_model_do_not_fit() {
        assertThatThrownBy(() -> TextControl.of(controls, "length=5", "pos=DET NOUN")
                        .write(model, settings(1), (done, of) -> {}))
                .hasMessage("the text has 5 words, and 2 are wanted by what controls it");
        assertThatThrownBy(() -> TextControl.of(controls, "length=5", "span=4,5,ADJP")
                        .write(model, settings(1), (done, of) -> {}))
                .hasMessage("the span 4,5 lies outside of a text of at most 5 words, which are counted from 0");
        assertThatThrownBy(() -> TextControl.of(controls, "who=cat")
                        .write(model, settings(1).withSample(SampleSettings.ddim(5)), (done, of) -> {}))
                .hasMessage("control steers the steps of ddpm, and the sampler is ddim; take ddpm");
        try (TextModel other = other()) {
            assertThatThrownBy(
                            () -> TextControl.of(controls, "who=cat").write(other, other.settings(), (done, of) -> {}))
                    .hasMessageStartingWith("the controls were trained for another model of texts");
        }
        ControlLabels factsAlone = new ControlLabels(FactTable.of(corpus().training()), List.of());
        assertThatThrownBy(() -> ControlGoal.parse("span=0,1,NP").requireKnown(factsAlone, 9))
                .hasMessageStartingWith(
                        "the controls know no parts of speech and no spans; train them with data.tagged");
        ControlLabels tagsAlone =
                new ControlLabels(new FactTable(Map.of()), controls.labels().tagged());
        assertThatThrownBy(() -> ControlGoal.parse("who=cat").requireKnown(tagsAlone, 9))
                .hasMessageStartingWith("the controls know no facts, so none called 'who'");
        assertThatThrownBy(() -> new ControlLabels(new FactTable(Map.of()), List.of()))
                .hasMessageStartingWith("there is nothing to control by");
    }

    private TextModel other() {
        try (TextTraining training =
                TextTraining.begin(GrammarTexts.recipe("train.steps=1"), corpus(), folder.resolve("other"), false)) {
            training.run(TrainListener.NONE);
        }
        return TextModel.load(folder.resolve("other/model"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "who=cat | a cat hears the dog | 1",
                "who=cat hears | a cat hears the dog | 1",
                "who=at | a cat hears the dog | 0",
                "pos=DET NOUN AUX DET PROPN | a cat hears the dog | 1",
                "pos=DET NOUN VERB DET | a cat hears the dog | 0.75",
                "pos=DET NOUN AUX DET PROPN ADJ ADJ ADJ | a cat hears the dog | 0.625",
                "span=3,4,NP | a cat hears the dog | 1",
                "span=2,4,NP | a cat hears the dog | 0",
                "length=5 | a cat hears the dog | 1",
                "length=6 | a cat hears the dog | 0",
            })
    void are_met_by_rule(String goal, String text, double met) {
        assertThat(ControlGoal.parse(goal).metBy(text, TextUnit.WORDS, controls.labels()))
                .isEqualTo(met);
    }

    @Test
    void are_measured_by_targets_one_by_one_and_two_together() {
        List<ControlTarget> who =
                targets("[\"who\", \":\", \"cat\"]", "[\"who\", \":\", \"bird\"]", "[\"length\", \":\", \"5\"]");
        ControlScores one = measure(List.of(who), 10);
        assertThat(one.kinds()).containsOnlyKeys("who", "length");
        assertThat(one.texts()).hasSize(30);
        assertThat(one.kinds().get("length")).isEqualTo(new ControlScores.Kind(1, 1, null, null));
        ControlScores.Kind facts = one.kinds().get("who");
        assertThat(facts.goals()).isEqualTo(2);
        assertThat(facts.met()).isGreaterThan(0.8); // "a bird sees the cat" has the word as well
        assertThat(facts.recognised()).isGreaterThan(0.8);
        assertThat(facts.real()).isEqualTo(1);
        assertThat(one.all()).isCloseTo((2 * facts.met() + 1) / 3, within(1e-9));
        assertThat(measure(List.of(who), 10)).isEqualTo(one);

        List<ControlTarget> spans = targets(
                "{\"words_\": [\"START\", \"a\", \"cat\", \"sees\", \"the\", \"dog\", \"now\", \"\\n\", \"END\"], \"spans\": [[4, 5, \"ADJP\"]]}",
                "{\"words_\": [\"START\", \"a\", \"cat\", \"sees\", \"the\", \"dog\", \"now\", \"\\n\", \"END\"], \"spans\": [[2, 5, \"VP\"]]}");
        ControlScores two = measure(List.of(targets("[\"who\", \":\", \"cat\"]"), spans), 20);
        assertThat(two.kinds()).containsOnlyKeys("who", "span");
        assertThat(two.targets()).isEqualTo(1);
        assertThat(two.passedOver()).containsExactly("VP");
        assertThat(two.kinds().get("span").real()).isEqualTo(1);
        assertThat(two.all()).isGreaterThan(0.6);
        assertThatThrownBy(() -> measure(List.of(spans.subList(1, 2)), 1))
                .hasMessage("no target is left: the grammar finds [ADJP, NP, PP], and the targets have [VP]");
    }

    @Test
    void stop_being_measured_where_that_is_cancelled() {
        Cancellation cancellation = new Cancellation();
        try (Cancellation.Scope scope = cancellation.open()) {
            cancellation.cancel();
            assertThatThrownBy(() -> measure(List.of(targets("[\"who\", \":\", \"cat\"]")), 1))
                    .isInstanceOf(CancellationException.class);
        }
    }

    private static ControlScores measure(List<List<ControlTarget>> targets, int perTarget) {
        return ControlScores.of(
                model, controls, targets, perTarget, corpus().heldOut(), settings(1), 0.1, (done, of) -> {});
    }

    private List<ControlTarget> targets(String... lines) {
        return ControlTarget.read(file(lines));
    }

    private Path file(String... lines) {
        try {
            return Files.writeString(
                    folder.resolve("targets.json"), Arrays.stream(lines).collect(Collectors.joining("\n")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void are_read_from_files_without_marks_and_line_feeds() {
        List<ControlTarget> read = targets(
                "[\"customer\", \"rating\", \":\", \"5\", \"out\", \"of\", \"5\"]",
                "{\"pos\": [\"START\", \"PROPN\", \"AUX\", \"NOUN\", \"END\"], \"words_\": [\"START\", \"Aromi\", \"is\", \"\\n\", \"END\"]}",
                "{\"words_\": [\"START\", \"It\", \"is\", \"in\", \"town\", \"\\n\", \"END\"], \"spans\": [[2, 4, \"PP\"]]}");
        assertThat(read.stream().map(target -> target.goal().toString()))
                .containsExactly("customer rating=5 out of 5", "pos=PROPN AUX", "span=2,3,PP");
        assertThat(read.get(2).words()).containsExactly("It", "is", "in", "town");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "5 | is no target; such are",
                "[\"food\", \"Italian\"] | is no target; such are",
                "{\"spans\": [[0, 1, \"NP\"]]} | needs 'words_' and 'pos'",
                "{\"words_\": [\"START\", \"It\", \"END\"], \"spans\": [[0, 7, \"NP\"]]} | [0, 7, NP] is no span of its words",
                "{\"words_\": [\"It\"], \"pos\": []} | has 1 words and 0 parts of speech",
                "[\"length\", \":\", \"short\"] | a length is a number",
                "{\"words_\": | targets.json: target 1",
            })
    void are_refused_in_one_line_where_a_file_has_something_else(String line, String message) {
        assertThatThrownBy(() -> targets(line))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("targets.json: target 1")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }
}
