package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.diffusion4j.data.clip.ClipPicturesCheck;
import org.diffusion4j.data.series.CalendarCheck;
import org.diffusion4j.data.text.TextDataCheck;
import org.diffusion4j.diffusers.weights.LoraCheck;
import org.diffusion4j.diffusers.weights.SingleFileCheck;
import org.diffusion4j.diffusers.weights.SingleFileNamesCheck;
import org.diffusion4j.evaluate.ForecastScoresCheck;
import org.diffusion4j.evaluate.MetricsCheck;
import org.diffusion4j.evaluate.text.TextMetricsCheck;
import org.diffusion4j.golden.GoldenLists.Exclusion;
import org.diffusion4j.golden.GoldenLists.Reason;
import org.diffusion4j.guide.ClassifierGradientCheck;
import org.diffusion4j.guide.GuidanceFormulasCheck;
import org.diffusion4j.latent.EmphasisCheck;
import org.diffusion4j.latent.PipelineCheck;
import org.diffusion4j.latent.PromptCheck;
import org.diffusion4j.latent.TokenizerCheck;
import org.diffusion4j.nn.clip.ClipModelCheck;
import org.diffusion4j.nn.clip.ClipTextCheck;
import org.diffusion4j.nn.clip.ClipVisionCheck;
import org.diffusion4j.nn.score.EdmNetworkCheck;
import org.diffusion4j.nn.score.RefineNetCheck;
import org.diffusion4j.nn.score.ScoreSdeCheck;
import org.diffusion4j.nn.series.TimeGradDenoiserCheck;
import org.diffusion4j.nn.unet.EncoderUNetCheck;
import org.diffusion4j.nn.unet.condition.UNet2DConditionCheck;
import org.diffusion4j.nn.vae.AutoencoderKLCheck;
import org.diffusion4j.nn.vae.VQModelCheck;
import org.diffusion4j.nn.vision.InceptionCheck;
import org.diffusion4j.nn.vision.InceptionInputCheck;
import org.diffusion4j.process.LikelihoodCheck;
import org.diffusion4j.series.TimeGradCheck;
import org.diffusion4j.series.baseline.ExchangeRateCheck;
import org.diffusion4j.text.DiffusionLmCheck;
import org.diffusion4j.text.control.GradientControlCheck;
import org.diffusion4j.train.GaussianDiffusionCheck;
import org.diffusion4j.train.ResamplerCheck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("Golden cases")
class GoldenTest {

    /** One entry for each family that the library covers. */
    private static final List<GoldenCheck> CHECKS = List.of(
            new BetasCheck(),
            new RespacingCheck(),
            new LatentDiffusionGridCheck(),
            new TimestepsCheck(),
            new AddNoiseCheck(),
            new SchedulerStepsCheck(),
            new SigmasCheck(),
            new EdmCheck(),
            new SdeCoefficientsCheck(),
            new PreconditioningCheck(),
            new ScoreSdeSamplersCheck(),
            new ScoreSdeVeCheck(),
            new LangevinCheck(),
            new NcsnLossesCheck(),
            new SigmaSamplersCheck(),
            new KDiffusionDpmCheck(),
            new KDiffusionWrappersCheck(),
            new DpmSolverScheduleCheck(),
            new DpmSolverCheck(),
            new ModelWrapperCheck(),
            new DdimAuthorsCheck(),
            new LatentDiffusionCheck(),
            new UNet2DCheck(),
            new LoraCheck(),
            new SingleFileCheck(),
            new SingleFileNamesCheck(),
            new UNet2DConditionCheck(),
            new AutoencoderKLCheck(),
            new VQModelCheck(),
            new OpenAiUNetCheck(),
            new EncoderUNetCheck(),
            new ScoreSdeCheck(),
            new EdmNetworkCheck(),
            new RefineNetCheck(),
            new InceptionCheck(),
            new InceptionInputCheck(),
            new PublishedNamesCheck(),
            new MetricsCheck(),
            new LikelihoodCheck(),
            new ResamplerCheck(),
            new GaussianDiffusionCheck(),
            new ClassifierGradientCheck(),
            new GuidanceFormulasCheck(),
            new FolderCheck(),
            new PipelineCheck(),
            new TextDataCheck(),
            new DiffusionLmCheck(),
            new GradientControlCheck(),
            new TextMetricsCheck(),
            new TokenizerCheck(),
            new PromptCheck(),
            new EmphasisCheck(),
            new ClipTextCheck(),
            new ClipVisionCheck(),
            new ClipModelCheck(),
            new ClipPicturesCheck(),
            new CalendarCheck(),
            new TimeGradDenoiserCheck(),
            new TimeGradCheck(),
            new ForecastScoresCheck(),
            new ExchangeRateCheck());

    /**
     * Thousands of names of published files, or such a file: not in the sources; {@code WeightsTest} has some of the names. Nor are small pictures
     * for CLIP, since rows of large ones are.
     */
    private static final Set<String> TOO_LARGE = Set.of(
            "clip CLIPImageProcessorPil (Pillow); openai/CLIP clip._transform",
            "published_names loaders.single_file_utils.infer_diffusers_model_type",
            "published_names loaders.single_file_utils: convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint,"
                    + " convert_ldm_clip_checkpoint, convert_open_clip_checkpoint");

    private static final Map<String, Row> TABLE = new TreeMap<>();
    private static final Map<String, Exclusion> EXCLUDED = GoldenLists.exclusions();
    private static final long MB = 1_000_000;

    private static final class Row {
        int cases;
        int passed;
        int excluded;
        int notCovered;
        double worst;
        String worstCase = "";
    }

    @TestFactory
    Stream<DynamicTest> agree_with_the_authors_code() {
        return GoldenCases.all().stream().flatMap(golden -> {
            Row row = TABLE.computeIfAbsent(golden.kind(), kind -> new Row());
            row.cases++;
            if (EXCLUDED.containsKey(golden.toString())) {
                row.excluded++;
                return Stream.empty();
            }
            List<GoldenCheck> checks = checks(golden).toList();
            if (checks.isEmpty()) {
                row.notCovered++;
                return Stream.empty();
            }
            return Stream.of(DynamicTest.dynamicTest(golden.toString(), () -> run(golden, checks, row)));
        });
    }

    private static Stream<GoldenCheck> checks(GoldenCase golden) {
        return CHECKS.stream().filter(check -> check.covers(golden));
    }

    private static void run(GoldenCase golden, List<GoldenCheck> checks, Row row) throws Exception {
        Comparison comparison = new Comparison(golden);
        for (GoldenCheck check : checks) {
            try (PointerScope scope = new PointerScope()) {
                check.check(golden, comparison);
            }
        }
        assertThat(comparison.checked()).as("values held against %s", golden).isPositive();
        assertThat(golden.unread())
                .as("keys of %s that no check has read", golden)
                .isEmpty();
        row.passed++;
        if (comparison.worst() >= row.worst) {
            row.worst = comparison.worst();
            row.worstCase = golden.name();
        }
    }

    @Test
    void exclusions_name_cases_that_exist_and_are_at_most_one_in_twenty_of_a_kind() {
        Assumptions.assumeTrue(GoldenCases.complete(), "the cases that come with the sources are no base for a share");
        List<GoldenCase> all = GoldenCases.all();
        assertThat(all.stream().map(GoldenCase::toString)).containsAll(EXCLUDED.keySet());
        Map<String, Long> kinds = all.stream().collect(Collectors.groupingBy(GoldenCase::kind, Collectors.counting()));
        Map<String, Long> excluded = EXCLUDED.keySet().stream()
                .collect(Collectors.groupingBy(name -> name.substring(0, name.indexOf('/')), Collectors.counting()));
        excluded.forEach((kind, count) ->
                assertThat(count).as("excluded of %s", kind).isLessThanOrEqualTo(kinds.get(kind) / 20));
    }

    @Test
    void what_the_reference_does_wrong_is_excluded_as_its_defect() {
        assertThat(GoldenCases.all())
                .filteredOn(golden ->
                        golden.referenceDefect() && checks(golden).findAny().isPresent())
                .allSatisfy(golden -> assertThat(EXCLUDED)
                        .hasEntrySatisfying(
                                golden.toString(),
                                exclusion -> assertThat(exclusion.reason()).isEqualTo(Reason.DEFECT)));
    }

    @Test
    void symbols_without_a_check_are_those_of_the_list_which_only_shrinks() {
        List<String> uncovered = GoldenCases.all().stream()
                .filter(golden -> checks(golden).findAny().isEmpty())
                .map(GoldenTest::symbol)
                .distinct()
                .sorted()
                .toList();
        assertThat(GoldenLists.uncovered()).as("golden-uncovered.txt").doesNotHaveDuplicates();
        if (GoldenCases.complete()) {
            assertThat(uncovered).as("golden-uncovered.txt").hasSameElementsAs(GoldenLists.uncovered());
        } else {
            assertThat(GoldenLists.uncovered()).as("golden-uncovered.txt").containsAll(uncovered);
        }
    }

    @Test
    void what_comes_with_the_sources_has_a_case_of_every_covered_symbol_in_less_than_4_MB() throws IOException {
        Set<String> symbols = covered(GoldenCases.all());
        symbols.removeAll(TOO_LARGE);
        assertThat(covered(GoldenCases.below(GoldenCases.CLONE))).isEqualTo(symbols);
        try (Stream<Path> files = Files.walk(GoldenCases.CLONE)) {
            assertThat(files.filter(Files::isRegularFile)
                            .mapToLong(file -> file.toFile().length())
                            .sum())
                    .isLessThan(4 * MB);
        }
    }

    /** The symbols of the cases that are replayed. */
    private static Set<String> covered(List<GoldenCase> cases) {
        return cases.stream()
                .filter(golden -> !EXCLUDED.containsKey(golden.toString())
                        && checks(golden).findAny().isPresent())
                .map(GoldenTest::symbol)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String symbol(GoldenCase golden) {
        return golden.kind() + " " + golden.symbol();
    }

    @AfterAll
    static void table() {
        System.out.printf("%nGolden cases below %s%n", GoldenCases.roots());
        System.out.printf(
                "%-20s %6s %7s %9s %12s   %s%n",
                "kind", "cases", "passed", "excluded", "not covered", "worst error / allowed");
        TABLE.forEach((kind, row) -> System.out.printf(
                "%-20s %6d %7d %9d %12d   %.2g  %s%n",
                kind, row.cases, row.passed, row.excluded, row.notCovered, row.worst, row.worstCase));
        EXCLUDED.forEach((name, exclusion) -> System.out.printf("excluded %s: %s%n", name, exclusion));
    }
}
