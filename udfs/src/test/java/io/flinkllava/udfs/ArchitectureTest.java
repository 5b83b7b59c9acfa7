package io.flinkllava.udfs;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.flinkllava.testing.ArchitectureRules;

@AnalyzeClasses(
        packages = "io.flinkllava.udfs",
        importOptions = {ImportOption.DoNotIncludeTests.class})
class ArchitectureTest {

    @ArchTest static final ArchTests RULES = ArchTests.in(ArchitectureRules.class);
}
