package org.diffusion4j.cli;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the command line, held as those of the library are. */
@AnalyzeClasses(packages = "org.diffusion4j.cli", importOptions = DoNotIncludeTests.class)
class CliArchitectureTest {

    /** A room of more is two rooms. */
    private static final int MOST_FILES = 30;

    @ArchTest
    static void no_room_is_too_full(JavaClasses all) {
        assertThat(all.stream()
                        .filter(JavaClass::isTopLevelClass)
                        .collect(groupingBy(JavaClass::getPackageName, counting())))
                .hasSizeGreaterThan(1)
                .allSatisfy((room, files) -> assertThat(files).as(room).isLessThanOrEqualTo(MOST_FILES));
    }

    @ArchTest
    static final ArchRule rooms_have_no_cycles =
            slices().matching("org.diffusion4j.(**)").should().beFreeOfCycles();
}
