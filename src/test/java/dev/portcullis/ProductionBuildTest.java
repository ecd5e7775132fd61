package dev.portcullis;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A build with the profile production")
class ProductionBuildTest {
    private static final Pattern EXCLUDE = Pattern.compile("<exclude>([^<]+)</exclude>");

    @TempDir
    private static Path build;

    @TempDir
    private Path directory;

    /** What the jar plugin takes into the jar. */
    @BeforeAll
    static void leaveOut() throws IOException, URISyntaxException {
        String pom = Files.readString(Path.of("pom.xml"));
        List<PathMatcher> excludes = EXCLUDE.matcher(pom.substring(pom.indexOf("<id>production</id>")))
                .results()
                .map(found -> FileSystems.getDefault().getPathMatcher("glob:" + found.group(1)))
                .toList();
        Path classes = compiled();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = classes.relativize(file);
                if (excludes.stream().noneMatch(exclude -> exclude.matches(name))) {
                    Files.createDirectories(build.resolve(name).getParent());
                    Files.copy(file, build.resolve(name));
                }
            }
        }
    }

    @Test
    @DisplayName("has nothing of the development world, and nothing that needs it")
    void isComplete() {
        JavaClasses classes = new ClassFileImporter().importPath(build);

        assertThat(classes)
                .extracting(type -> type.getName())
                .contains("dev.portcullis.Portcullis", "dev.portcullis.Gateway")
                .noneMatch(name -> name.startsWith("dev.portcullis.dev.") || name.contains(".cognito.Jte"));
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.portcullis.dev..", "redis.embedded..", "gg.jte.generated.precompiled.cognito..")
                .check(classes);
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.portcullis.Portcullis")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.portcullis.DevCommand")
                .check(classes);
    }

    @Test
    @DisplayName("refuses dev, whatever follows it, with one sentence that says how to get it")
    void refusesDev() throws IOException, InterruptedException {
        for (List<String> arguments : List.of(
                List.of("dev"), List.of("dev", "--only", "mcp", "--port", "3001", "extra"), List.of("dev", "--help"))) {
            assertThat(run(arguments)).as(arguments.toString()).isEqualTo(1);
            assertThat(Files.readAllLines(directory.resolve("err")))
                    .containsExactly("This build has no dev command; an image that has it is built with"
                            + " --build-arg DEV=true, a jar without the Maven profile production.");
            assertThat(directory.resolve("out")).isEmptyFile();
        }
    }

    @Test
    @DisplayName("does everything else")
    void worksOtherwise() throws IOException, InterruptedException {
        assertThat(run(List.of("keys", "--out", directory.resolve("keys").toString())))
                .isZero();
        assertThat(directory.resolve("keys")).isNotEmptyDirectory();

        assertThat(run(List.of("--help"))).isZero();
        assertThat(directory.resolve("out"))
                .content()
                .contains("serve", "keys", "doctor")
                .doesNotContain("dev ");
    }

    private int run(List<String> arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Stream.concat(
                                Stream.of(
                                        Path.of(System.getProperty("java.home", ""), "bin", "java")
                                                .toString(),
                                        "-cp",
                                        classPath(),
                                        "dev.portcullis.Portcullis"),
                                arguments.stream())
                        .toList())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return process.exitValue();
    }

    /** The build in place of all classes, and libraries without the embedded Redis. */
    private static String classPath() {
        String whole = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
        return Stream.concat(
                        Stream.of(build.toString()),
                        Arrays.stream(whole.split(File.pathSeparator))
                                .filter(entry -> entry.endsWith(".jar") && !entry.contains("embedded-redis")))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path compiled() throws URISyntaxException {
        return Path.of(Portcullis.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }
}
