package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.diffusion4j.evaluate.MetricsCheck;
import org.diffusion4j.nn.vision.InceptionCheck;
import org.diffusion4j.nn.vision.InceptionInputCheck;
import org.diffusion4j.process.LikelihoodCheck;
import org.diffusion4j.train.GaussianDiffusionCheck;
import org.diffusion4j.train.ResamplerCheck;
import org.junit.jupiter.api.AfterAll;
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
            new SigmaSamplersCheck(),
            new KDiffusionDpmCheck(),
            new KDiffusionWrappersCheck(),
            new DpmSolverScheduleCheck(),
            new DpmSolverCheck(),
            new ModelWrapperCheck(),
            new DdimAuthorsCheck(),
            new LatentDiffusionCheck(),
            new UNet2DCheck(),
            new OpenAiUNetCheck(),
            new InceptionCheck(),
            new InceptionInputCheck(),
            new PublishedNamesCheck(),
            new MetricsCheck(),
            new LikelihoodCheck(),
            new ResamplerCheck(),
            new GaussianDiffusionCheck(),
            new FolderCheck());

    private static final Map<String, Row> TABLE = new TreeMap<>();
    private static final Map<String, String> EXCLUDED = exclusions();

    private static final class Row {
        int cases;
        int passed;
        int excluded;
        int notCovered;
        double worst;
        String worstCase = "";
    }

    private static final Map<String, Integer> UNKNOWN_SYMBOLS = new TreeMap<>();

    @TestFactory
    Stream<DynamicTest> agree_with_the_authors_code() {
        return GoldenCases.all().stream().flatMap(golden -> {
            Row row = TABLE.computeIfAbsent(golden.kind(), kind -> new Row());
            row.cases++;
            if (EXCLUDED.containsKey(golden.toString())) {
                row.excluded++;
                return Stream.empty();
            }
            List<GoldenCheck> checks =
                    CHECKS.stream().filter(check -> check.covers(golden)).toList();
            if (checks.isEmpty()) {
                row.notCovered++;
                UNKNOWN_SYMBOLS.merge(golden.kind() + "  " + golden.symbol(), 1, Integer::sum);
                return Stream.empty();
            }
            return Stream.of(DynamicTest.dynamicTest(golden.toString(), () -> run(golden, checks, row)));
        });
    }

    private static void run(GoldenCase golden, List<GoldenCheck> checks, Row row) throws Exception {
        Comparison comparison = new Comparison(golden);
        for (GoldenCheck check : checks) {
            try (PointerScope scope = new PointerScope()) {
                check.check(golden, comparison);
            }
        }
        assertThat(comparison.checked()).as("values held against %s", golden).isPositive();
        row.passed++;
        if (comparison.worst() >= row.worst) {
            row.worst = comparison.worst();
            row.worstCase = golden.name();
        }
    }

    @Test
    void exclusions_name_cases_that_exist_and_are_at_most_one_in_twenty_of_a_kind() {
        Map<String, Long> kinds =
                GoldenCases.all().stream().collect(Collectors.groupingBy(GoldenCase::kind, Collectors.counting()));
        Map<String, Long> excluded = EXCLUDED.keySet().stream()
                .collect(Collectors.groupingBy(name -> name.substring(0, name.indexOf('/')), Collectors.counting()));
        excluded.forEach((kind, count) -> {
            long cases = kinds.getOrDefault(kind, 0L);
            if (cases >= 40) { // the few cases in the resources are no base for a share
                assertThat(count).as("excluded of %s", kind).isLessThanOrEqualTo(cases / 20);
            }
        });
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
        UNKNOWN_SYMBOLS.forEach((symbol, count) -> System.out.printf("not covered yet: %3d × %s%n", count, symbol));
        EXCLUDED.forEach((name, reason) -> System.out.printf("excluded %s: %s%n", name, reason));
    }

    /** Lines {@code kind/name: reason}. */
    private static Map<String, String> exclusions() {
        try (Stream<String> lines = Files.lines(Path.of("src/test/resources/golden-exclusions.txt"))) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(":", 2))
                    .collect(Collectors.toMap(
                            parts -> parts[0].strip(), parts -> parts[1].strip(), (a, b) -> a, TreeMap::new));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("golden-exclusions.txt: " + e.getMessage(), e);
        }
    }
}
