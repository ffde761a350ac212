package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ImageTraining;
import org.diffusion4j.image.SampleGrids;
import org.diffusion4j.io.SealedFolder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("Run folder")
class RunFolderTest {

    private static final ImageDataset DATA = Tiny.images(20);
    private static final TrainListener TO_THE_END = TrainListener.NONE;

    @TempDir
    Path temp;

    private final List<String> warnings = new ArrayList<>();

    @Test
    void holds_recipe_metrics_checkpoints_and_a_model_that_loads() {
        Path run = create("run", TO_THE_END);
        assertThat(text(run.resolve("metrics.jsonl")).lines())
                .hasSize(6 + 3)
                .first()
                .asString()
                .startsWith("{\"step\":1,\"loss\":");
        assertThat(checkpoints(run)).containsExactly("step-2", "step-4", "step-6");
        assertThat(ImageRecipe.read(run.resolve("recipe.json"), List.of())).isEqualTo(Tiny.recipe());
        try (DiffusionModel model = DiffusionModel.load(run.resolve("model"))) {
            assertThat(model.classes()).isEqualTo(2);
        }
    }

    @Test
    void asked_to_stop_at_any_step_and_resumed_it_is_bit_for_bit_the_run_that_was_not_interrupted() {
        Path whole = create("whole", TO_THE_END);
        for (long stop : new long[] {1, 4, 5}) {
            Path parts = create("stopped-" + stop, stoppingAfter(stop));
            goOn(parts);
            assertSameRun(parts, whole);
        }
    }

    @Test
    void killed_at_any_step_and_resumed_it_is_bit_for_bit_the_run_that_was_not_interrupted() {
        Path whole = create("whole", TO_THE_END);
        for (long last : new long[] {1, 5}) {
            String name = "killed-" + last;
            TrainListener killing = failingAfter(last);
            assertThatThrownBy(() -> create(name, killing)).hasMessage("killed");
            goOn(temp.resolve(name));
            assertSameRun(temp.resolve(name), whole);
        }
    }

    @Test
    void interrupted_at_any_step_and_resumed_it_is_bit_for_bit_the_run_that_was_not_interrupted() {
        String dropout = "model.dropout=0.5";
        Path whole = create("whole", TO_THE_END, dropout);
        for (long step : new long[] {1, 4}) {
            String name = "interrupted-" + step;
            TrainListener interrupting = new TrainListener() {
                @Override
                public void onStep(Step done) {
                    if (done.step() == step) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
            assertThatThrownBy(() -> create(name, interrupting, dropout))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("the training was cancelled after step " + step);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(checkpoints(temp.resolve(name))).last().isEqualTo("step-" + step);
            goOn(temp.resolve(name));
            assertSameRun(temp.resolve(name), whole);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"sgd", "sgld"})
    void with_another_optimizer_a_stage_and_importance_sampling_resumes_as_exactly(String optimizer) {
        String[] changes = {
            "variance=learned-range",
            "model.outChannels=2",
            "schedule.steps=2",
            "train.batchSize=32",
            "train.objective={\"loss\": \"vlb\", \"times\": \"loss-second-moment\"}",
            "train.optimizer={\"kind\": \"" + optimizer + "\"}",
            "train.steps=3",
            "train.stages=[{\"steps\": 3, \"learningRate\": 1e-4, \"clipGradient\": 0.1, \"decayTo\": 0}]",
        };
        Path whole = create("whole", TO_THE_END, changes);
        for (long stop : new long[] {2, 3, 5}) { // after 2 steps of 32 each of the 2 times has its 10 losses
            Path parts = create("stopped-" + stop, stoppingAfter(stop), changes);
            goOn(parts);
            assertSameRun(parts, whole);
        }
    }

    @Test
    void in_parts_side_by_side_resumes_as_exactly() {
        String[] changes = {"train.streams=3", "train.accumulate=2", "model.dropout=0.3"};
        Path whole = create("whole", TO_THE_END, changes);
        Path again = create("again", TO_THE_END, changes);
        assertSameRun(again, whole);
        Path parts = create("stopped", stoppingAfter(3), changes);
        goOn(parts);
        assertSameRun(parts, whole);
        assertThatThrownBy(() -> train(resume(parts, "train.streams=1", "train.steps=8"), DATA, TO_THE_END))
                .hasMessageContaining("train.streams");
    }

    @Test
    void keeps_the_newest_checkpoints_and_the_best_by_validation() {
        Path run = create("run", TO_THE_END, "train.keep=1", "train.checkpointEvery=1", "train.validateEvery=1");
        String best = text(run.resolve("metrics.jsonl"))
                .lines()
                .filter(line -> line.contains("validationLoss"))
                .min((a, b) -> Double.compare(validationLoss(a), validationLoss(b)))
                .map(line -> line.replaceAll(".*\"step\":(\\d+).*", "step-$1"))
                .orElseThrow();
        assertThat(checkpoints(run)).containsOnly(best, "step-6");
    }

    @Test
    void names_a_damaged_checkpoint_and_uses_the_one_before() {
        Path whole = create("whole", TO_THE_END);
        Path damaged = create("damaged", TO_THE_END);
        flipOneByte(damaged.resolve("checkpoints/step-6/ema.safetensors"));
        goOn(damaged);
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("step-6")
                .contains("ema.safetensors")
                .contains("step-4 is used");
        assertSameRun(damaged, whole);
    }

    @Test
    void goes_on_beside_an_old_checkpoint_that_is_damaged() {
        Path run = create("run", stoppingAfter(4));
        flipOneByte(run.resolve("checkpoints/step-2/state.json"));
        goOn(run);
        assertThat(checkpoints(run)).contains("step-4", "step-6");
        assertThat(warnings).isEmpty();
    }

    @Test
    void asked_to_stop_before_its_first_step_it_writes_no_second_checkpoint_of_the_same_step() {
        Path run = create("run", stoppingAfter(3));
        try (RunFolder<ImageRecipe> opened = resume(run);
                DiffusionModel model = opened.recipe().newModel(DATA);
                Trainer trainer = ImageTraining.trainer(opened.recipe(), model, DATA, DATA)) {
            TrainListener recorder = begin(opened, model, trainer);
            trainer.requestStop();
            assertThat(trainer.run(recorder))
                    .isEqualTo(new TrainResult(
                            TrainResult.End.REQUESTED, 3, trainer.state().validationLoss()));
        }
        assertThat(checkpoints(run)).containsExactly("step-2", "step-3");
    }

    @Test
    void says_so_when_no_checkpoint_is_whole() {
        Path run = create("run", TO_THE_END, "train.checkpointEvery=0");
        flipOneByte(run.resolve("checkpoints/step-6/weights.safetensors"));
        assertThatThrownBy(() -> goOn(run))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no checkpoint is whole");
    }

    @Test
    void passes_over_what_a_killed_process_left_of_a_checkpoint() throws IOException {
        Path whole = create("whole", TO_THE_END);
        Path killed = create("killed", stoppingAfter(4));
        Path torn = Files.createDirectories(killed.resolve("checkpoints/.step-6.tmp"));
        Files.writeString(torn.resolve("ema.safetensors"), "the first bytes of");
        goOn(killed);
        assertSameRun(killed, whole);
    }

    @Test
    void a_checkpoint_that_cannot_be_written_costs_none_of_the_good_ones() {
        Path whole = create("whole", TO_THE_END);
        Path run = create("run", stoppingAfter(4));
        TrainListener inTheWay = new TrainListener() {
            @Override
            public void onStep(Step step) {
                assertThat(run.resolve("checkpoints/step-6/x").toFile().mkdirs())
                        .isEqualTo(step.step() == 5);
            }
        };
        assertThatThrownBy(() -> train(resume(run), DATA, inTheWay))
                .isInstanceOf(DiffusionException.class)
                .hasMessageContaining("step-6: cannot be written");
        goOn(run);
        assertSameRun(run, whole);
    }

    @Test
    void refuses_a_second_training_in_the_same_folder() {
        Path run = create("run", stoppingAfter(2));
        try (RunFolder<ImageRecipe> first = resume(run);
                DiffusionModel model = first.recipe().newModel(DATA);
                Trainer trainer = ImageTraining.trainer(first.recipe(), model, DATA, DATA)) {
            begin(first, model, trainer);
            assertThatThrownBy(() -> goOn(run))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage(run + ": another training is at work in this folder; stop it or choose another");
        }
        goOn(run);
    }

    @Test
    void refuses_a_folder_with_a_run_and_replaces_it_by_force_but_leaves_what_is_not_the_runs() throws IOException {
        Path run = create("run", TO_THE_END);
        Files.writeString(run.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> RunFolder.create(run, Tiny.recipe(), false))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(run + ": a run is there already; resume it, replace it by force, or choose another folder");
        train(RunFolder.create(run, Tiny.recipe("train.steps=1"), true), DATA, TO_THE_END);
        assertThat(checkpoints(run)).containsExactly("step-1");
        assertThat(run.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void leaves_a_run_as_it_was_until_another_begins_in_its_place() {
        Path run = create("run", TO_THE_END);
        Map<String, String> before = bytesBelow(run);
        RunFolder.create(run, Tiny.recipe("train.seed=9"), true).close();
        resume(run, "train.seed=9").close();
        assertThat(bytesBelow(run)).isEqualTo(before);
    }

    @Test
    void refuses_even_by_force_a_folder_whose_model_or_samples_are_no_runs() throws IOException {
        Path photos = Files.createDirectories(temp.resolve("photos"));
        Files.writeString(Files.createDirectories(photos.resolve("samples")).resolve("me.png"), "mine");
        assertThatThrownBy(() -> RunFolder.create(photos, Tiny.recipe(), true))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(photos + ": holds samples but no recipe.json, so it is no run, and a run would replace"
                        + " what is there; choose another folder");
    }

    @Test
    void gives_its_lock_back_whatever_fails() {
        Path run = create("run", stoppingAfter(2));
        assertThatThrownBy(() -> train(resume(run, "train.seed=9"), DATA, TO_THE_END))
                .isInstanceOf(CheckpointException.class);
        goOn(run);
    }

    @Test
    void a_failure_of_drawing_costs_no_step_and_what_was_not_drawn_is_drawn_when_it_goes_on() {
        Path whole = create("whole", TO_THE_END, "train.sampleEvery=3", "train.checkpointEvery=0");
        TrainListener noRoom = new TrainListener() {
            @Override
            public void onSample(long step) {
                throw new DiffusionException("no room");
            }
        };
        assertThatThrownBy(() -> create("run", noRoom, "train.sampleEvery=3", "train.checkpointEvery=0"))
                .hasMessage("no room");
        Path run = temp.resolve("run");
        assertThat(checkpoints(run)).containsExactly("step-3");
        deleteSamples(run, 3);
        goOn(run);
        assertSameRun(run, whole);
        for (String drawn : List.of("samples/step-3.png", "samples/step-6.png")) {
            assertThat(run.resolve(drawn)).hasSameBinaryContentAs(whole.resolve(drawn));
        }
    }

    @Test
    void refuses_to_resume_what_is_no_run() {
        assertThatThrownBy(() -> resume(temp))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(temp + ": there is no run to resume, it has no recipe.json");
    }

    @Test
    void may_be_resumed_for_more_steps_but_not_by_another_recipe_or_with_other_data() {
        Path run = create("run", TO_THE_END);
        train(resume(run, "train.steps=8"), DATA, TO_THE_END);
        assertThat(checkpoints(run)).containsExactly("step-4", "step-6", "step-8");
        assertThatThrownBy(() -> train(resume(run, "train.learningRate=1"), DATA, TO_THE_END))
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith(
                        "step-8: was made with train.learningRate 0.003, not 1.0, so the training could not go on as"
                                + " it began; resume it as it was, or begin a new run");
        assertThatThrownBy(() -> train(
                        resume(run, "train.seed=5", "schedule.betaEnd=0.2", "train.batchSize=4"), DATA, TO_THE_END))
                .hasMessageContaining(
                        "was made with schedule.betaEnd 0.1, not 0.2 and train.batchSize 8, not 4 and train.seed 0, not 5,");
        goOn(run);
    }

    @Test
    void goes_on_where_the_recipe_was_made_before_a_field_existed_that_has_its_default() throws IOException {
        Path whole = create("whole", TO_THE_END);
        Path run = create("run", stoppingAfter(3));
        Path checkpoint = run.resolve("checkpoints/step-3");
        Path older = Files.move(checkpoint, temp.resolve("older"));
        Files.delete(older.resolve("manifest.json"));
        for (Path file : List.of(run.resolve("recipe.json"), older.resolve("state.json"))) {
            String with = text(file);
            String without = with.replaceFirst("\"emaDecay\": *[^,]+,", "");
            assertThat(without).isNotEqualTo(with);
            Files.writeString(file, without);
        }
        SealedFolder.create(checkpoint, inside -> {
            try (Stream<Path> files = Files.list(older)) {
                for (Path file : files.toList()) {
                    Files.copy(file, inside.resolve(file.getFileName()));
                }
            }
        });
        goOn(run);
        assertSameRun(run, whole);
    }

    @Test
    void refuses_to_go_on_with_other_data() {
        Path run = create("run", stoppingAfter(2));
        assertThatThrownBy(() -> train(resume(run), Tiny.images(19), TO_THE_END))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step-2: was made with the data of mnist, which have changed");
        assertThatThrownBy(() -> train(resume(run, "data.source=other"), Tiny.images(19), TO_THE_END))
                .hasMessageContaining("step-2: was made with the data of mnist, not those of other");
    }

    private Path create(String name, TrainListener listener, String... changes) {
        Path folder = temp.resolve(name);
        train(RunFolder.create(folder, Tiny.recipe(changes), false), DATA, listener);
        return folder;
    }

    private void goOn(Path folder) {
        train(resume(folder), DATA, TO_THE_END);
    }

    private void train(RunFolder<ImageRecipe> opened, ImageDataset data, TrainListener listener) {
        try (RunFolder<ImageRecipe> run = opened;
                DiffusionModel model = run.recipe().newModel(data);
                Trainer trainer = ImageTraining.trainer(run.recipe(), model, data, data)) {
            TrainListener recorder = begin(run, model, trainer);
            trainer.run(TrainListener.all(recorder, listener instanceof Stop stop ? stop.of(trainer) : listener));
        }
    }

    private record Stop(long step) implements TrainListener {
        TrainListener of(Trainer trainer) {
            return new TrainListener() {
                @Override
                public void onStep(TrainListener.Step done) {
                    if (done.step() == step) {
                        trainer.requestStop();
                    }
                }
            };
        }
    }

    private static TrainListener stoppingAfter(long step) {
        return new Stop(step);
    }

    private static TrainListener failingAfter(long step) {
        return new TrainListener() {
            @Override
            public void onStep(TrainListener.Step done) {
                if (done.step() == step) {
                    throw new IllegalStateException("killed");
                }
            }
        };
    }

    private static void assertSameRun(Path run, Path whole) {
        for (String part : List.of("metrics.jsonl", "checkpoints/step-6", "model")) {
            assertThat(bytesBelow(run.resolve(part))).isEqualTo(bytesBelow(whole.resolve(part)));
        }
    }

    private static double validationLoss(String line) {
        return Double.parseDouble(line.replaceAll(".*:([^}]*)}", "$1"));
    }

    private static void deleteSamples(Path run, long step) {
        try {
            Files.delete(run.resolve("samples/step-" + step + ".png"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> checkpoints(Path run) {
        try (Stream<Path> entries = Files.list(run.resolve("checkpoints"))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> bytesBelow(Path path) {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(path.relativize(file).toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return content;
    }

    private static void flipOneByte(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 1] ^= 1;
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RunFolder<ImageRecipe> resume(Path folder, String... changes) {
        return RunFolder.resume(
                folder, file -> ImageRecipe.read(file, List.of(changes)).resolved());
    }

    private TrainListener begin(RunFolder<ImageRecipe> run, DiffusionModel model, Trainer trainer) {
        TrainListener recorder =
                run.begin(trainer, (into, average) -> model.saveAverage(into, average, true), warnings::add);
        return TrainListener.all(recorder, new SampleGrids(run.recipe(), model, run));
    }
}
