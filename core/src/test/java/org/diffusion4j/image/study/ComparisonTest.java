package org.diffusion4j.image.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.Subset;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.evaluate.CountingNetwork;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.TinyModel;
import org.diffusion4j.image.guidance.Autoguidance;
import org.diffusion4j.image.guidance.Steered;
import org.diffusion4j.image.measure.OdeBitsPerDim;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.process.continuous.ProcessSettings;
import org.diffusion4j.process.continuous.ProcessSettings.Kind;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A comparison")
class ComparisonTest {

    private static final ImageDataset GLYPHS = Datasets.open("glyphs", DataSplit.TRAIN, ReadOptions.DEFAULT);
    private static final RealImages REAL = new RealImages("glyphs", DataSplit.TRAIN, glyphs(0, 40), glyphs(40, 80));

    @TempDir
    private Path folder;

    private static ImageDataset glyphs(int first, int end) {
        return new Subset(GLYPHS, IntStream.range(first, end).toArray());
    }

    private static DiffusionModel model(Kind kind, int seed) {
        return TinyModel.of(28, seed, SchedulerConfig.continuous(ProcessSettings.of(kind)));
    }

    private static Way way(Subject subject, SampleSettings settings) {
        return new Way(subject, "", null, settings, Steered.NOT);
    }

    @Test
    void draws_models_in_continuous_time_each_by_its_own_sampler_and_none_twice() throws Exception {
        try (DiffusionModel ve = model(Kind.VE, 0);
                DiffusionModel flow = model(Kind.FLOW, 1);
                CountingNetwork network = new CountingNetwork()) {
            Subject one = new Subject("ve", "1", ve);
            Subject two = new Subject("flow", "2", flow);
            Comparison comparison = new Comparison(
                    List.of(
                            way(one, SampleSettings.of("pc", 3)),
                            way(
                                    two,
                                    SampleSettings.of("ode", 1)
                                            .withOption("relative", 0.5)
                                            .withOption("absolute", 0.5))),
                    12,
                    List.of(0L),
                    List.of(SampleMetric.FID, SampleMetric.ACCURACY),
                    new Comparison.Likelihood(
                            new OdeBitsPerDim.Settings(4, 2, 0, 1, 0.5),
                            subject -> model(subject == one ? Kind.VE : Kind.FLOW, subject == one ? 0 : 1)));
            FeatureCache cache = new FeatureCache(network, folder.resolve("cache"), 6);
            Path out = folder.resolve("out");
            assertThatThrownBy(() -> comparison.run(cache, REAL, out, "test", (done, total, what) -> {
                        if (what.equals("flow") && done == 12 + 6) {
                            throw new CancellationException();
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(Files.readString(out.resolve("comparison.html"))).contains("1 of 2 cells are done");

            comparison.run(cache, REAL, out, "test", (done, total, what) -> {});
            List<String> csv = Files.readAllLines(out.resolve("comparison.csv"));
            assertThat(csv).hasSize(3);
            List<String> columns = List.of(csv.get(0).split(","));
            assertThat(columns)
                    .contains("fid", "bits/dim", "standard error of bits/dim", "floor of fid")
                    .doesNotContain("accuracy"); // of models without classes
            double calls = Double.parseDouble(List.of(csv.get(1).split(",")).get(columns.indexOf("network calls")));
            assertThat(calls).as("corrector and predictor, in 3 steps").isEqualTo(2 * 3);
            assertThat(Double.parseDouble(List.of(csv.get(2).split(",")).get(columns.indexOf("network calls"))))
                    .as("an adaptive solver")
                    .isGreaterThan(6);
            Path page = out.resolve("comparison.html");
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
            assertThat(page)
                    .content()
                    .contains("bits/dim", "data:image/png;base64,")
                    .doesNotContain("cells are done");

            int seen = network.seen;
            long asked = ve.networkCalls() + flow.networkCalls();
            comparison.run(cache, REAL, out, "test", (done, total, what) -> {});
            assertThat(network.seen).isEqualTo(seen);
            assertThat(ve.networkCalls() + flow.networkCalls()).isEqualTo(asked);
        }
    }

    @Test
    void draws_a_curve_of_each_kind_of_guidance() throws IOException {
        try (DiffusionModel model = TinyModel.of(28, 0);
                DiffusionModel worse = TinyModel.of(28, 1);
                CountingNetwork network = new CountingNetwork()) {
            Subject subject = new Subject("one", "1", model);
            Steered guide = Steered.of(new Autoguidance(worse), "worse");
            SampleSettings plain = SampleSettings.ddim(2);
            List<Way> ways = List.of(
                    new Way(subject, "guide", 1.0, plain, Steered.NOT),
                    new Way(subject, "guide", 2.0, plain.withGuidance(2), guide),
                    new Way(subject, "guide", 3.0, plain.withGuidance(3), guide));
            FeatureCache cache = new FeatureCache(network, folder.resolve("cache"), 10);
            Path out = folder.resolve("out");
            new Comparison(ways, 10, List.of(0L, 1L), List.of(SampleMetric.FID, SampleMetric.PR), null)
                    .run(cache, REAL, out, "test", (done, total, what) -> {});
            assertThat(out.resolve("fid.svg")).content().contains("one, guide: 1, ", "one, guide: 3, ", " ± ");
            assertThat(out.resolve("precision.svg")).exists();
            assertThat(out.resolve("precision-recall.svg")).content().contains("Precision against recall");
            List<String> csv = Files.readAllLines(out.resolve("comparison.csv"));
            int calls = List.of(csv.get(0).split(",")).indexOf("network calls");
            assertThat(csv.stream().skip(1).map(line -> line.split(",")[calls]))
                    .as("two networks are asked where there is guidance")
                    .containsExactly("2.0", "4.0", "4.0");
            assertThat(out.resolve("cells").toFile().list())
                    .as("a JSON and a PNG each")
                    .hasSize(2 * 2 * 3);
        }
    }

    @Test
    void refuses_what_cannot_be_compared_before_it_draws() {
        try (DiffusionModel model = model(Kind.FLOW, 0);
                DiffusionModel small = TinyModel.of(8, 0)) {
            Subject subject = new Subject("flow", "1", model);
            List<Long> seeds = List.of(0L);
            List<SampleMetric> fid = List.of(SampleMetric.FID);
            List<Way> one = List.of(way(subject, SampleSettings.of("ode", 1)));
            assertThatThrownBy(() -> new Comparison(one, 9, seeds, fid, null))
                    .hasMessage("count must be at least 10, was 9");
            assertThatThrownBy(() -> new Comparison(one, 10, seeds, List.of(), null))
                    .hasMessage("a comparison needs at least one metric of samples, such as fid");
            List<Way> ancestral = List.of(way(subject, SampleSettings.ddpm(5)));
            assertThatThrownBy(() -> new Comparison(ancestral, 10, seeds, fid, null))
                    .hasMessageContaining("goes back the timesteps of a chain");
            List<Way> others = List.of(one.get(0), way(new Subject("small", "2", small), SampleSettings.ddim(2)));
            assertThatThrownBy(() -> new Comparison(others, 10, seeds, fid, null))
                    .hasMessage("small draws pictures of another shape than flow: compare models of the same data");
        }
    }
}
