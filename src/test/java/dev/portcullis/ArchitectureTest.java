package dev.portcullis;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.portcullis", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.portcullis.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheProgramKnowsTheDevelopmentWorld = noClasses()
            .that()
            .resideInAPackage("dev.portcullis.(*)..")
            .and()
            .resideOutsideOfPackage("dev.portcullis.dev..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.portcullis.dev..");

    @ArchTest
    static final ArchRule onlyTheProgramKnowsTheDoctor = noClasses()
            .that()
            .resideInAPackage("dev.portcullis.(*)..")
            .and()
            .resideOutsideOfPackage("dev.portcullis.doctor..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.portcullis.doctor..");

    @ArchTest
    static final ArchRule theDoctorKnowsNoEndpointOfTheGateway = noClasses()
            .that()
            .resideInAPackage("dev.portcullis.doctor..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.portcullis.oauth..",
                    "dev.portcullis.ops..",
                    "dev.portcullis.http..",
                    "dev.portcullis.pages..");

    @ArchTest
    static final ArchRule oauthDoesNotKnowMcp = noClasses()
            .that()
            .resideInAPackage("dev.portcullis.oauth..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.portcullis.mcp..", "dev.portcullis.ops..", "dev.portcullis.idp.cognito..");

    @ArchTest
    static final ArchRule mcpDoesNotKnowOauth = noClasses()
            .that()
            .resideInAPackage("dev.portcullis.mcp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.portcullis.oauth..", "dev.portcullis.ops..", "dev.portcullis.idp.cognito..");

    @ArchTest
    static final ArchRule onlyRedisKnowsTheRedisClient = noClasses()
            .that()
            .resideOutsideOfPackages("dev.portcullis.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx.redis..");

    @ArchTest
    static final ArchRule onlyTheCognitoAdapterKnowsCognito = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.portcullis",
                    "dev.portcullis.idp.cognito..",
                    "dev.portcullis.dev..",
                    "dev.portcullis.doctor.cognito..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.portcullis.idp.cognito..");

    @ArchTest
    static final ArchRule configurationAndOutageKnowNothingElse = noClasses()
            .that()
            .resideInAnyPackage("dev.portcullis.config..", "dev.portcullis.outage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.portcullis.oauth..",
                    "dev.portcullis.http..",
                    "dev.portcullis.crypto..",
                    "dev.portcullis.redis..",
                    "dev.portcullis.idp..",
                    "dev.portcullis.token..",
                    "dev.portcullis.mcp..");

    @ArchTest
    static final ArchRule fetchingKnowsNothingOfWhatItFetches = noClasses()
            .that()
            .resideInAPackage("dev.portcullis.fetch..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.portcullis.oauth..",
                    "dev.portcullis.http..",
                    "dev.portcullis.crypto..",
                    "dev.portcullis.redis..",
                    "dev.portcullis.idp..",
                    "dev.portcullis.token..",
                    "dev.portcullis.mcp..");
}
