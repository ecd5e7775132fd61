package dev.portcullis;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.portcullis.config.Secret;
import dev.portcullis.crypto.Digests;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

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
    static final ArchRule onlyTheExportOfTracesKnowsOpenTelemetry = noClasses()
            .that()
            .resideOutsideOfPackage("dev.portcullis.trace.otlp..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.opentelemetry..");

    @ArchTest
    static final ArchRule onlyTheProgramKnowsTheExportOfTraces = noClasses()
            .that()
            .resideInAPackage("dev.portcullis.(*)..")
            .and()
            .resideOutsideOfPackage("dev.portcullis.trace.otlp..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.portcullis.trace.otlp..");

    @ArchTest
    static final ArchRule tracesDoNotKnowWhatTheyShow = noClasses()
            .that()
            .resideInAPackage("dev.portcullis.trace..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.portcullis.oauth..",
                    "dev.portcullis.http..",
                    "dev.portcullis.crypto..",
                    "dev.portcullis.redis..",
                    "dev.portcullis.idp..",
                    "dev.portcullis.token..",
                    "dev.portcullis.ops..",
                    "dev.portcullis.mcp..");

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

    /**
     * Secrets, MACs and digests of secrets are compared in a time that does not depend on where they differ: whoever has one at hand compares
     * with {@link Digests#equal}, and nothing else. Codes and their bindings are compared in Redis, as SHA-256 digests, where the place of the
     * first difference says nothing about what was hashed.
     */
    @ArchTest
    static final ArchRule secretsAreComparedInConstantTime = classes()
            .that()
            .resideOutsideOfPackage("dev.portcullis.dev..")
            .should(new ArchCondition<>("compare secrets with Digests.equal alone") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    for (JavaCodeUnit code : type.getCodeUnits()) {
                        Set<String> called = code.getMethodCallsFromSelf().stream()
                                .map(call -> call.getTargetOwner().getSimpleName() + "." + call.getName())
                                .collect(Collectors.toSet());
                        String name = type.getSimpleName() + "." + code.getName();
                        if (!COMPARES_SOMETHING_ELSE.contains(name)
                                && !Collections.disjoint(called, YIELD_SECRETS)
                                && !Collections.disjoint(called, TELL_WHERE_THEY_DIFFER)) {
                            events.add(SimpleConditionEvent.violated(
                                    code, code.getFullName() + " has a secret and compares something"));
                        }
                    }
                }
            });

    /** The beginning of a client id; the names of headers; the digest of a client's public metadata. */
    private static final Set<String> COMPARES_SOMETHING_ELSE =
            Set.of("ClientReference.of", "HeaderPolicy.request", "AuthorizationRequestReader.read");

    private static final Set<String> YIELD_SECRETS = Set.of(
            "Secret.reveal",
            "Authenticator.mac",
            "ClientIdCodec.secretOf",
            "Digests.sha256",
            "Pkce.codeChallenge",
            "RandomTokens.next",
            "Mac.doFinal");

    private static final Set<String> TELL_WHERE_THEY_DIFFER = Set.of(
            "String.equals",
            "String.equalsIgnoreCase",
            "String.contentEquals",
            "String.compareTo",
            "String.startsWith",
            "Object.equals",
            "Objects.equals",
            "Optional.equals",
            "Arrays.equals",
            "Arrays.compare",
            "Arrays.mismatch",
            "List.equals",
            "List.contains",
            "Set.contains",
            "Map.containsKey");

    @ArchTest
    static final ArchRule bytesAreComparedInConstantTime = noClasses()
            .that()
            .resideInAnyPackage("dev.portcullis.crypto..", "dev.portcullis.oauth..", "dev.portcullis.token..")
            .should()
            .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
            .orShould()
            .callMethod(ByteBuffer.class, "compareTo", ByteBuffer.class);

    @ArchTest
    static final ArchRule comparisonIsInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage("dev.portcullis.dev..")
            .and()
            .doNotBelongToAnyOf(Digests.class)
            .should()
            .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class);

    @Test
    @DisplayName("The rule about comparisons is one that a comparison can break")
    void aPlainComparisonIsFound() {
        JavaClasses careless = new ClassFileImporter().importClasses(Careless.class);
        assertThat(secretsAreComparedInConstantTime.evaluate(careless).hasViolation())
                .isTrue();
    }

    /** What must not be. */
    private static final class Careless {
        static boolean isSecret(Secret secret, String guess) {
            return secret.reveal().equals(guess);
        }
    }
}
