package dev.portcullis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * {@code conf/gateway.yaml} as the reference of all settings. Which ones there are the reader says itself: to a key that it does not know it
 * answers with those that it does.
 */
@DisplayName("The sample configuration")
class SampleConfigurationTest {
    private static final Path SAMPLE = Path.of("conf/gateway.yaml");
    private static final String UNKNOWN = "no-such-key";
    private static final Pattern KNOWN = Pattern.compile("is not a known key; known here: (.+)");
    /** What lies below a key can be one mapping, several by name, or a list of them. */
    private static final List<String> SHAPES = List.of("", ".NAME", "[]");
    /** What differs from installation to installation has no default. */
    private static final Set<String> OWN = Set.of("publicUrl", "cognito", "keys", "resources", "upstreams");

    @Test
    @DisplayName("holds every key that the gateway knows, in the section where it belongs")
    void everyKey() throws IOException {
        String sample = Files.readString(SAMPLE);
        Set<String> keys = below("").collect(Collectors.toCollection(TreeSet::new));
        assertThat(keys)
                .hasSizeGreaterThan(120)
                .contains(
                        "reload",
                        "cognito.nextClientSecret",
                        "redis.sentinel.password",
                        "clients.NAME.secret",
                        "upstreams.NAME.tls.serverName",
                        "upstreams.NAME.tools[].requireGroup");
        assertThat(keys).allSatisfy(key -> {
            String[] path = key.split("\\.");
            String last = path[path.length - 1];
            assertThat(section(sample, path[0])).containsPattern("(?m)(^|[\\s{,#])" + Pattern.quote(last) + ":(\\s|$)");
        });
    }

    @Test
    @DisplayName("shows the default of every section that has one")
    void defaults() throws ReflectiveOperationException {
        GatewayConfig sample = new ConfigReader(Map.of("COGNITO_CLIENT_SECRET", "s3cret")).read(SAMPLE);
        GatewayConfig minimal = new ConfigReader(Map.of()).read("a minimal file", """
                publicUrl: https://mcp.example.com
                cognito: { issuer: "https://idp.example.com", domain: "https://login.example.com", clientId: abc }
                keys: { directory: keys }
                upstreams: { files: { url: "http://files:3001/mcp" } }
                """, Path.of(""));
        for (RecordComponent section : GatewayConfig.class.getRecordComponents()) {
            if (!OWN.contains(section.getName())) {
                assertThat(section.getAccessor().invoke(sample))
                        .as(section.getName())
                        .isEqualTo(section.getAccessor().invoke(minimal));
            }
        }
        assertThat(sample.keys().reload()).isEqualTo(minimal.keys().reload());
        assertThat(sample.cognito().scopes()).isEqualTo(minimal.cognito().scopes());
        assertThat(sample.cognito().jwksRefresh()).isEqualTo(minimal.cognito().jwksRefresh());
        assertThat(sample.cognito().jwksCooldown()).isEqualTo(minimal.cognito().jwksCooldown());
    }

    private static Stream<String> below(String place) {
        return known(place).stream().flatMap(key -> {
            String path = place.isEmpty() ? key : place + "." + key;
            return Stream.concat(Stream.of(path), SHAPES.stream().flatMap(shape -> below(path + shape)));
        });
    }

    /** The keys that the reader knows here; none where it expects no mapping. */
    private static Set<String> known(String place) {
        ConfigException refused = catchThrowableOfType(
                ConfigException.class, () -> new ConfigReader(Map.of()).read("a probe", probe(place), Path.of("")));
        return refused.problems().stream()
                .filter(problem -> problem.path().endsWith(UNKNOWN))
                .map(problem -> KNOWN.matcher(problem.message()))
                .filter(Matcher::matches)
                .flatMap(known -> Stream.of(known.group(1).split(", ")))
                .collect(Collectors.toSet());
    }

    /** A file with a key at this place that nobody knows. */
    private static String probe(String place) {
        JsonObject probe = new JsonObject().put(UNKNOWN, 1);
        List<String> steps = place.isEmpty() ? List.of() : List.of(place.split("\\."));
        for (int i = steps.size() - 1; i >= 0; i--) {
            String step = steps.get(i);
            probe = step.endsWith("[]")
                    ? new JsonObject().put(step.replace("[]", ""), new JsonArray().add(probe))
                    : new JsonObject().put(step.replace("NAME", "name"), probe);
        }
        return probe.encode();
    }

    /** From the line of a top-level key to the next one. */
    private static String section(String sample, String key) {
        Matcher found = Pattern.compile("(?ms)^" + key + ":.*?(?=^[a-z]|\\z)").matcher(sample);
        assertThat(found.find()).as(key).isTrue();
        return found.group();
    }
}
