package org.diffusion4j;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.RecordComponent;
import java.util.Set;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.TensorOptions;
import org.jspecify.annotations.NullMarked;

/** The floors of the house, and what no room may do. */
@AnalyzeClasses(packages = "org.diffusion4j", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    // spotless:off
    /** A package imports from floors below only; rooms on one floor do not know each other, but for guide and edit, which wrap samplers. */
    @ArchTest
    static final ArchRule floors_see_only_what_is_below = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("engine").definedBy("org.diffusion4j.engine..")
            .layer("schedule").definedBy("org.diffusion4j.schedule..")
            .layer("process").definedBy("org.diffusion4j.process..")
            .layer("nn").definedBy("org.diffusion4j.nn..")
            .layer("data").definedBy("org.diffusion4j.data..")
            .layer("io").definedBy("org.diffusion4j.io..")
            .layer("report").definedBy("org.diffusion4j.report..")
            .layer("sample").definedBy("org.diffusion4j.sample..")
            .layer("guide").definedBy("org.diffusion4j.guide..")
            .layer("edit").definedBy("org.diffusion4j.edit..")
            .layer("train").definedBy("org.diffusion4j.train..")
            .layer("evaluate").definedBy("org.diffusion4j.evaluate..")
            .layer("diffusers").definedBy("org.diffusion4j.diffusers..")
            .layer("image").definedBy("org.diffusion4j.image..")
            .layer("latent").definedBy("org.diffusion4j.latent..")
            .layer("series").definedBy("org.diffusion4j.series..")
            .layer("text").definedBy("org.diffusion4j.text..")
            .layer("facade").definedBy("org.diffusion4j")
            .whereLayer("engine").mayNotAccessAnyLayer()
            .whereLayer("schedule").mayOnlyAccessLayers("engine")
            .whereLayer("process").mayOnlyAccessLayers("engine", "schedule")
            .whereLayer("nn").mayOnlyAccessLayers("engine", "schedule")
            .whereLayer("data").mayOnlyAccessLayers("engine")
            .whereLayer("io").mayOnlyAccessLayers("engine")
            .whereLayer("report").mayOnlyAccessLayers("engine", "io")
            .whereLayer("sample").mayOnlyAccessLayers("engine", "schedule", "process", "nn", "data", "io")
            .whereLayer("guide").mayOnlyAccessLayers("engine", "schedule", "process", "nn", "data", "io", "sample")
            .whereLayer("edit").mayOnlyAccessLayers("engine", "schedule", "process", "nn", "data", "io", "sample")
            .whereLayer("train").mayOnlyAccessLayers("engine", "schedule", "process", "nn", "data", "io", "report", "sample", "guide", "edit")
            .whereLayer("evaluate").mayOnlyAccessLayers("engine", "schedule", "process", "nn", "data", "io", "report", "sample", "guide", "edit")
            .whereLayer("diffusers").mayOnlyAccessLayers("engine", "schedule", "process", "nn", "data", "io", "report", "sample", "guide", "edit")
            .whereLayer("image").mayOnlyBeAccessedByLayers("latent", "facade")
            .whereLayer("latent").mayOnlyBeAccessedByLayers("facade")
            .whereLayer("series").mayOnlyBeAccessedByLayers("facade")
            .whereLayer("text").mayOnlyBeAccessedByLayers("facade")
            .ensureAllClassesAreContainedInArchitecture();
    // spotless:on

    /** A room of more is two rooms. */
    private static final int MOST_FILES = 30;

    @ArchTest
    static void no_room_is_too_full(JavaClasses all) {
        assertThat(all.stream()
                        .filter(JavaClass::isTopLevelClass)
                        .collect(groupingBy(JavaClass::getPackageName, counting())))
                .allSatisfy((room, files) -> assertThat(files).as(room).isLessThanOrEqualTo(MOST_FILES));
    }

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("org.diffusion4j.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule schedules_are_plain_java = noClasses()
            .that()
            .resideInAPackage("org.diffusion4j.schedule..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco..");

    @ArchTest
    static final ArchRule nothing_prints = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule no_indexer_is_used_as_they_make_newer_jvms_warn = noClasses()
            .should()
            .callMethodWhere(describe(
                    "Tensor.create or createIndexer",
                    call -> Set.of("create", "createIndexer")
                                    .contains(call.getTarget().getName())
                            && call.getTargetOwner().isAssignableTo(AbstractTensor.class)));

    /**
     * In these rooms tensors take device and dtype from a tensor at hand, as {@code x.options()}. Options of a dtype alone are those of the
     * processor; the places that begin, with noise, labels and parameters, are named.
     */
    @ArchTest
    static final ArchRule tensors_are_made_beside_others = noClasses()
            .that()
            .resideInAnyPackage(
                    "org.diffusion4j.nn..",
                    "org.diffusion4j.sample..",
                    "org.diffusion4j.guide..",
                    "org.diffusion4j.edit..",
                    "org.diffusion4j.process..",
                    "org.diffusion4j.train..",
                    "org.diffusion4j.image")
            .and()
            .doNotHaveFullyQualifiedName("org.diffusion4j.nn.Parameters")
            .and()
            .doNotHaveFullyQualifiedName("org.diffusion4j.image.DiffusionModel")
            .and()
            .doNotHaveFullyQualifiedName("org.diffusion4j.process.NoiseLevel") // scalars, which mix with every device
            .should()
            .callConstructorWhere(describe(
                    "options of a dtype alone", call -> call.getTargetOwner().isEquivalentTo(TensorOptions.class)));

    @ArchTest
    static final ArchRule nothing_ends_the_process = noClasses()
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class);

    @ArchTest
    static final ArchRule nothing_throws_a_bare_exception = noClasses()
            .should()
            .callConstructorWhere(describe("a bare exception is made", ArchitectureTest::makesBare));

    private static boolean makesBare(JavaConstructorCall call) {
        boolean superCall =
                call.getOrigin().isConstructor() && call.getOriginOwner().isAssignableTo(Throwable.class);
        return !superCall
                && Set.of("java.lang.RuntimeException", "java.lang.Exception", "java.lang.Error", "java.lang.Throwable")
                        .contains(call.getTargetOwner().getName());
    }

    /** Exceptions and enums are serializable by birth; nothing else is, and nothing is ever read or written that way. */
    @ArchTest
    static final ArchRule nothing_is_serialized = noClasses()
            .that()
            .areNotAssignableTo(Throwable.class)
            .and()
            .areNotEnums()
            .should()
            .beAssignableTo(Serializable.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ObjectOutputStream.class);

    @ArchTest
    static final ArchRule only_the_download_knows_the_network = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("org.diffusion4j.data.catalog.Download")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "javax.net..");

    /** What users compile against names neither the JSON library nor that of the command line. */
    @ArchTest
    static final ArchRule the_api_shows_no_foreign_type = members()
            .that()
            .areDeclaredInClassesThat()
            .arePublic()
            .and(describe("are public or protected", ArchitectureTest::isShown))
            .should(new ArchCondition<>("not show Jackson or picocli") {
                @Override
                public void check(JavaMember member, ConditionEvents events) {
                    for (JavaClass type : typesOf(member)) {
                        if (resideInAnyPackage("com.fasterxml..", "tools.jackson..", "picocli..")
                                .test(type)) {
                            events.add(violated(member, member.getFullName() + " shows " + type.getName()));
                        }
                    }
                }
            });

    /** What users read and do not make, or what has options of its own. A new component there breaks nobody. */
    private static final Set<String> NO_SETTINGS = Set.of(
            "EngineReport",
            "BitsPerDim",
            "OdeBitsPerDim",
            "Provenance",
            "Panel", // of FanPlot
            "Key", // of StudyCell
            "LambdaStep",
            "Step", // of TrainListener
            "DenoisingLoss",
            "SampleSettings",
            "UNet2DConditionConfig", // read from files; with(Map) changes its keys
            "Entry", // of Samplers
            "AutoencoderKLConfig", // read from files; with(Map) changes its keys
            "VQModelConfig", // read from files
            "DpmSolver",
            "DpmSolverAdaptive",
            "DpmSolverSinglestep");

    /** So that a new component breaks nobody: who begins with defaults and says {@code with…} does not call the constructor. */
    @ArchTest
    static final ArchRule settings_of_many_components_have_withers = classes()
            .that()
            .areRecords()
            .and()
            .arePublic()
            .should(new ArchCondition<>("have a wither for each component where they have more than five") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    RecordComponent[] components = type.reflect().getRecordComponents();
                    if (components.length <= 5 || NO_SETTINGS.contains(type.getSimpleName())) {
                        return;
                    }
                    for (RecordComponent component : components) {
                        String name = component.getName();
                        String wither = "with" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
                        if (type.tryGetMethod(wither, component.getType()).isEmpty()) {
                            events.add(violated(type, type.getName() + " has no " + wither));
                        }
                    }
                }
            });

    private static boolean isShown(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Set<JavaClass> typesOf(JavaMember member) {
        return member instanceof JavaField field
                ? field.getAllInvolvedRawTypes()
                : ((JavaCodeUnit) member).getAllInvolvedRawTypes();
    }

    @ArchTest
    static final ArchRule every_package_is_null_marked = classes()
            .should(new ArchCondition<>("be in a package that is @NullMarked") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                        events.add(violated(type, type.getPackageName() + " has no package-info with @NullMarked"));
                    }
                }
            });
}
