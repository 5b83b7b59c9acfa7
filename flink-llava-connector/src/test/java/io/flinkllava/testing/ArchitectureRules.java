package io.flinkllava.testing;

import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * The lines between the packages. Each module checks its own classes against them; nothing is
 * frozen.
 */
public final class ArchitectureRules {

    @ArchTest
    static final ArchRule THE_RUNTIME_KNOWS_NO_FLINK =
            noClasses()
                    .that()
                    .resideInAPackage("io.flinkllava.runtime..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache.flink..", "org.apache.avro..", "com.esotericsoftware..")
                    .because("it serves without Flink as well")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule ONE_PACKAGE_SEES_ONNX_RUNTIME =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.flinkllava.runtime.onnx..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("ai.onnxruntime..", "com.sun.jna..", "ai.djl.engine..")
                    .because("native memory has its owners in runtime.onnx")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule THE_PUBLIC_FACE_NEEDS_THE_JDK_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage("io.flinkllava.runtime")
                    .should()
                    .dependOnClassesThat(not(resideInAnyPackage("java..", "io.flinkllava.runtime")))
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule THE_ENGINE_KNOWS_NO_TENSORS =
            noClasses()
                    .that()
                    .resideInAPackage("io.flinkllava.runtime.engine")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.flinkllava.runtime.onnx..",
                            "io.flinkllava.runtime.graph..",
                            "io.flinkllava.runtime.pipeline..")
                    .because("its scheduling is tested without a model")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule OUTSIDE_THE_RUNTIME_ONLY_ITS_FACE_AND_THE_POOL_ARE_SEEN =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.flinkllava.runtime..")
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage("io.flinkllava.runtime..")
                                    .and(
                                            not(
                                                    resideInAnyPackage(
                                                            "io.flinkllava.runtime",
                                                            "io.flinkllava.runtime.pool"))))
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule PACKAGES_OF_THE_RUNTIME_HAVE_NO_CYCLES =
            slices().matching("io.flinkllava.runtime.(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule NO_DUMPING_GROUNDS =
            noClasses()
                    .should()
                    .haveSimpleNameEndingWith("Utils")
                    .orShould()
                    .haveSimpleNameEndingWith("Helper")
                    .orShould()
                    .haveSimpleNameEndingWith("Manager");

    @ArchTest
    static final ArchRule NOBODY_SLEEPS =
            noClasses().should().callMethod(Thread.class, "sleep", long.class);

    @ArchTest static final ArchRule LOGS_GO_THROUGH_SLF4J = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    private ArchitectureRules() {}
}
