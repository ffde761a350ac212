package org.diffusion4j.image.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.Subset;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.evaluate.CountingNetwork;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.TinyModel;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.image.study.StudyGrid.Eta;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaSchedule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A study")
class StudyTest {

    private static final ImageDataset GLYPHS = Datasets.open("glyphs", DataSplit.TRAIN, ReadOptions.DEFAULT);
    private static final RealImages REAL = new RealImages("glyphs", DataSplit.TRAIN, glyphs(0, 40), glyphs(40, 80));

    private static final DiscreteProcess PROCESS =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private static final DiscreteProcess HUNDRED =
            new DiscreteProcess(BetaSchedule.cosine(100).table());

    @TempDir
    private Path folder;

    private static ImageDataset glyphs(int first, int end) {
        return new Subset(GLYPHS, IntStream.range(first, end).toArray());
    }

    private static StudyGrid grid(List<String> samplers, List<Integer> steps, List<String> spacings, String... etas) {
        return new StudyGrid(samplers, steps, Stream.of(etas).map(Eta::named).toList(), spacings);
    }

    /** A network that has learned nothing, of the size of glyphs. */
    private static DiffusionModel model(int seed) {
        return TinyModel.of(28, seed);
    }

    @Test
    void has_a_cell_for_each_eta_where_a_sampler_asks_for_it_and_one_cell_where_not() {
        StudyGrid grid =
                grid(List.of("ddim", "dpm++-2m"), List.of(10, 5), List.of("trailing"), "0", "0.0", "1", "sigma-hat");
        assertThat(grid.variants())
                .extracting(Object::toString)
                .containsExactly("ddim, η = 0", "ddim, η = 1", "ddim, σ̂", "dpm++-2m");
        assertThat(grid.settings(PROCESS))
                .hasSize(8)
                .extracting(SampleSettings::steps)
                .containsExactly(5, 5, 5, 5, 10, 10, 10, 10);
        assertThat(grid.settings(PROCESS)).extracting(SampleSettings::etaRule).contains(EtaRule.SIGMA_HAT);
    }

    @Test
    void has_one_cell_for_all_spacings_that_visit_the_same_timesteps() {
        List<String> spacings = List.of("trailing", "linspace");
        StudyGrid grid = grid(List.of("ddim"), List.of(10, 100), spacings, "0");
        assertThat(grid.settings(HUNDRED))
                .extracting(settings -> settings.spacing() + " " + settings.steps())
                .containsExactly("trailing 10", "linspace 10", "trailing 100");
        assertThat(grid.settings(grid.variants().get(0), 100, "linspace", HUNDRED)
                        .spacing())
                .isEqualTo("trailing");
        assertThat(grid(List.of("ddim"), List.of(10), List.of("trailing", "karras:rho=5"), "0")
                        .settings(PROCESS))
                .extracting(SampleSettings::spacing)
                .containsExactly("trailing", "karras:rho=5");
    }

    @Test
    void refuses_what_cannot_be_drawn_before_it_draws() {
        try (DiffusionModel model = model(0)) {
            List<Study.Subject> subjects = List.of(new Study.Subject("tiny", "hash", model));
            StudyGrid fits = grid(List.of("ddim"), List.of(2), List.of("trailing"), "0");
            StudyGrid tooMany = grid(List.of("ddim"), List.of(2, 1001), List.of("trailing"), "0");
            assertThatThrownBy(() -> new Study(subjects, tooMany, 20, List.of(0L), List.of(SampleMetric.FID)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("steps must lie between 1 and the 1000 of the process, was 1001");
            assertThatThrownBy(() -> new Study(subjects, fits, 9, List.of(0L), List.of(SampleMetric.FID)))
                    .hasMessage("count must be at least 10, was 9");
            assertThatThrownBy(() -> new Study(subjects, fits, 20, List.of(0L), List.of(SampleMetric.PR)))
                    .hasMessage("a study compares by FID; add fid to the metrics");
            assertThatThrownBy(() -> new Study(
                            subjects, fits, 20, List.of(0L), List.of(SampleMetric.FID, SampleMetric.ACCURACY)))
                    .hasMessage("accuracy is for models that have classes, tiny has none");
            List<Study.Subject> twice = List.of(subjects.get(0), new Study.Subject("again", "hash", model));
            assertThatThrownBy(() -> new Study(twice, fits, 20, List.of(0L), List.of(SampleMetric.FID)))
                    .hasMessage("tiny is the same model as another of them");
        }
        assertThatThrownBy(() -> Eta.named("2")).hasMessage("an eta is a number from 0 to 1 or 'sigma-hat', not '2'");
        assertThatThrownBy(() -> Eta.named("large")).hasMessageContaining("not 'large'");
    }

    @Test
    void draws_cheap_cells_first_and_none_twice_when_it_was_stopped_and_begun_again() throws IOException {
        try (DiffusionModel one = model(0);
                DiffusionModel two = model(1);
                CountingNetwork network = new CountingNetwork()) {
            List<Study.Subject> subjects =
                    List.of(new Study.Subject("one", "1", one), new Study.Subject("two", "2", two));
            StudyGrid grid = grid(List.of("ddim"), List.of(3, 1), List.of("trailing"), "0", "1");
            Study study = new Study(subjects, grid, 25, List.of(0L), List.of(SampleMetric.FID, SampleMetric.IS));
            FeatureCache cache = new FeatureCache(network, folder.resolve("cache"), 10);
            Path whole = folder.resolve("whole");
            Path stopped = folder.resolve("stopped");
            List<String> said = new ArrayList<>();
            study.run(cache, REAL, whole, "test", (done, total, what) -> said.add(done + "/" + total + " " + what));
            assertThat(network.seen).isEqualTo(80 + 8 * 25);
            assertThat(said)
                    .filteredOn(line -> line.contains("ddim"))
                    .startsWith("10/400 one: ddim in 1", "20/400 one: ddim in 1", "25/400 one: ddim in 1")
                    .endsWith("400/400 two: ddim in 3");

            FeatureCache fresh = new FeatureCache(network, folder.resolve("fresh"), 10);
            int[] calls = {0};
            assertThatThrownBy(() -> study.run(fresh, REAL, stopped, "test", (done, total, what) -> {
                        if (what.contains("in 3") && ++calls[0] == 5) { // in the middle of the sixth cell
                            throw new CancellationException();
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(Files.readAllLines(stopped.resolve("study.csv"))).hasSize(1 + 5);
            assertThat(stopped.resolve("study.html")).content().contains("5 of 8 cells are done");
            assertThat(network.seen).isEqualTo(2 * 80 + 8 * 25 + 5 * 25 + 20);
            study.run(fresh, REAL, stopped, "test", (done, total, what) -> {});
            assertThat(network.seen).isEqualTo(2 * (80 + 8 * 25));
            assertThat(withoutTime(stopped)).isEqualTo(withoutTime(whole)).hasSize(1 + 8);

            FeatureCache forgotten = new FeatureCache(network, folder.resolve("forgotten"), 10);
            Study less = new Study(subjects, grid, 25, List.of(0L), List.of(SampleMetric.FID));
            less.run(forgotten, REAL, stopped, "test", (done, total, what) -> {});
            assertThat(network.seen).as("only real pictures").isEqualTo(2 * (80 + 8 * 25) + 80);
        }
    }

    @Test
    void draws_each_way_once_with_each_seed_and_finds_what_studies_of_one_seed_drew() throws IOException {
        try (DiffusionModel one = model(0);
                CountingNetwork network = new CountingNetwork()) {
            List<Study.Subject> subjects = List.of(new Study.Subject("one", "1", one));
            StudyGrid grid = grid(List.of("ddim"), List.of(1, 2), List.of("trailing", "leading"), "0", "1");
            StudyGrid small = grid(List.of("ddim"), List.of(1), List.of("trailing"), "0", "1");
            FeatureCache cache = new FeatureCache(network, folder.resolve("cache"), 10);
            Path study = folder.resolve("study");
            for (long seed = 0; seed < 3; seed++) {
                new Study(subjects, seed == 0 ? grid : small, 20, List.of(seed), List.of(SampleMetric.FID))
                        .run(cache, REAL, study, "test", (done, total, what) -> {});
            }
            int drawn = network.seen;
            assertThat(drawn).isEqualTo(80 + 20 * (8 + 2 + 2));

            Study all = new Study(subjects, grid, 20, List.of(0L, 1L, 2L), List.of(SampleMetric.FID));
            all.report(cache, REAL, study, "test", (done, total, what) -> {});

            assertThat(network.seen).as("nothing is drawn for a page").isEqualTo(drawn);
            assertThat(Files.readAllLines(study.resolve("study.csv"))).hasSize(1 + 12);
            List<String> means = Files.readAllLines(study.resolve("study-means.csv"));
            assertThat(means).hasSize(1 + 8);
            assertThat(means.get(0)).contains(",networkCalls,count,n,seeds,fid,std of fid,floor of fid,");
            assertThat(means)
                    .filteredOn(line -> line.contains(",ddim,1,") && line.contains("trailing"))
                    .hasSize(2)
                    .allMatch(line -> line.matches(".*,20,3,0 1 2,[0-9.E-]+,[0-9.E-]+,.*"));
            assertThat(means)
                    .filteredOn(line -> line.contains(",ddim,2,"))
                    .hasSize(4)
                    .allMatch(line -> line.matches(".*,20,1,0,[0-9.E-]+,,.*"));
            assertThat(study.resolve("study.html"))
                    .content()
                    .contains(
                            "12 of 24 cells are done",
                            "Points are means over 3 seeds",
                            "1 of 3 seeds",
                            "Kinds of timesteps side by side",
                            "one: ddim, η = 0 less η = 1",
                            "class=\"bar\"")
                    .doesNotContain("NaN");
            all.run(cache, REAL, study, "test", (done, total, what) -> {});
            assertThat(network.seen).isEqualTo(drawn + 20 * 12);
            assertThat(study.resolve("study.html")).content().doesNotContain("of 3 seeds", "cells are done");
            Study none = new Study(subjects, grid, 21, List.of(0L), List.of(SampleMetric.FID));
            assertThatThrownBy(() -> none.report(cache, REAL, study, "test", (done, total, what) -> {}))
                    .hasMessage(study + ": holds no cell of this study");
        }
    }

    @Test
    void calls_a_cell_as_older_versions_did() {
        assertThat(id(SampleSettings.of("heun", 20))).isEqualTo("94734d00d917fc10");
    }

    @Test
    void does_not_mix_cells_of_a_sampler_that_drew_otherwise_before() {
        assertThat(id(SampleSettings.ddim(20).withEta(0.5, EtaRule.DEVIATION))).isNotEqualTo("0bf0d00e8ba2d761");
    }

    private static String id(SampleSettings settings) {
        return new StudyCell.Key(
                        "0a5b665d40edad8ff092957181dc4913d2276331f5efa571480937904e2de91c",
                        settings,
                        1000,
                        0,
                        "1aeb71dc8c9d59471396a73f8971efaf79beab6da4498e6269a131737b8e5c59",
                        "d25e47590bc8c63ff90eebd9ff855a18cc240dc9cde3718399897675d28d5b3c",
                        "mnist-classifier 9dee2654af1f",
                        null,
                        null)
                .id();
    }

    /** The table but for the column that differs from run to run. */
    private static List<String> withoutTime(Path study) throws IOException {
        List<String> lines = Files.readAllLines(study.resolve("study.csv"));
        int column = List.of(lines.get(0).split(",")).indexOf("secondsPerImage");
        return lines.stream()
                .map(line -> {
                    List<String> values = new ArrayList<>(List.of(line.split(",")));
                    assertThat(values.remove(column)).isNotEmpty();
                    return String.join(",", values);
                })
                .toList();
    }
}
