package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Collector;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a gateway process shows on its management port after people and clients have used it. */
@DisplayName("Metrics")
class MetricsTest {
    private static final Pattern DOCUMENTED = Pattern.compile("\\| `(portcullis_[a-z_]+)");

    private static final Pattern ASKED = Pattern.compile("\\b(?:portcullis_[a-z_]+|jvm_[a-z_]+|process_[a-z_]+)\\b");

    private static Collector collector;
    private static World world;
    private static String management;
    private static String metrics;

    @BeforeAll
    static void use() {
        collector = new Collector();
        int port = Ports.free();
        world = World.startProcesses(1, yaml -> {
            yaml.getJsonObject("management").put("port", port);
            yaml.put(
                    "telemetry",
                    new JsonObject()
                            .put(
                                    "traces",
                                    new JsonObject()
                                            .put("endpoint", collector.url())
                                            .put("sampleRatio", 1)
                                            .put("batch", new JsonObject().put("interval", "50ms"))));
            yaml.put("rateLimits", new JsonObject().put("register", 1000));
        });
        management = "http://localhost:" + port;
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        client.echo(world.mcpUrl(), tokens.getString("access_token"), "once");
        client.echo(world.mcpUrl(), tokens.getString("access_token"), "twice");
        client.echo(world.mcpUrl(), "not-a-token", "never");
        new Browser().get(world.url() + "/wp-admin/" + client.state());
        String next = client.refresh(world.url(), tokens.getString("refresh_token"))
                .json()
                .getString("refresh_token");
        client.revoke(world.url(), next);
        await().until(() -> scrape().contains("portcullis_idp_revocations_total"));
        collector.span(span -> span.name().equals("POST /revoke"));
        metrics = scrape();
    }

    @AfterAll
    static void stop() {
        world.close();
        collector.close();
    }

    private static String scrape() {
        return new Browser().get(management + "/metrics").body();
    }

    /** The value of the one series that has these labels among its own. */
    private static double value(String name, String... labels) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> Set.of(labels).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    @DisplayName("count requests by route, upstream, method and status, and time them to the head of the answer")
    void requests() {
        String mcp = "route=\"/{name}/mcp\"";
        assertThat(value(
                        "portcullis_http_requests_total",
                        mcp,
                        "upstream=\"demo\"",
                        "method=\"POST\"",
                        "status=\"200\""))
                .isEqualTo(2);
        assertThat(value("portcullis_http_requests_total", mcp, "status=\"401\""))
                .isEqualTo(1);
        assertThat(value("portcullis_http_head_seconds_count", mcp)).isEqualTo(3);
        assertThat(value("portcullis_http_head_seconds_bucket", mcp, "le=\"+Inf\""))
                .isEqualTo(3);
        assertThat(value("portcullis_http_open")).isZero();
        assertThat(value("portcullis_http_requests_total", "route=\"/token\"", "method=\"POST\"", "status=\"200\""))
                .isEqualTo(2);
    }

    @Test
    @DisplayName("have labels that nobody outside can invent")
    void labelsAreBounded() {
        assertThat(metrics)
                .contains("route=\"other\"")
                .doesNotContain("wp-admin")
                .doesNotContain("pool_type=\"http\"");
    }

    @Test
    @DisplayName("tell hits of the token cache from misses")
    void tokenCache() {
        assertThat(value("portcullis_tokens_lookups_total", "result=\"hit\"")).isGreaterThanOrEqualTo(1);
        assertThat(value("portcullis_tokens_lookups_total", "result=\"miss\"")).isGreaterThanOrEqualTo(2);
        assertThat(value("portcullis_tokens_cached")).isEqualTo(1);
    }

    @Test
    @DisplayName("show Redis, Cognito and the upstreams")
    void dependencies() {
        assertThat(value("portcullis_redis_connections", "state=\"up\""))
                .isEqualTo(value("portcullis_redis_connections", "state=\"wanted\""))
                .isPositive();
        assertThat(value("portcullis_redis_pending")).isZero();
        assertThat(value("portcullis_redis_command_seconds_count", "command=\"claim\"", "outcome=\"ok\""))
                .isPositive();
        assertThat(value("portcullis_idp_call_seconds_count", "operation=\"exchange\"", "outcome=\"ok\""))
                .isEqualTo(1);
        assertThat(value("portcullis_idp_keys_age_seconds")).isBetween(0.0, 120.0);
        assertThat(value("portcullis_upstream_connection_seconds_count", "upstream=\"demo\""))
                .isEqualTo(2);
        assertThat(value("portcullis_upstream_waiting")).isZero();
    }

    @Test
    @DisplayName("say which build runs, and on which Java")
    void build() {
        assertThat(value("portcullis_build_info", "version=\"development\"", "java=\"" + Runtime.version() + "\""))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("count spans that were sent, and those that were not")
    void traces() {
        assertThat(value("portcullis_traces_exported_total")).isPositive();
        assertThat(value("portcullis_traces_dropped_total", "reason=\"queue_full\""))
                .isZero();
        assertThat(value("portcullis_traces_dropped_total", "reason=\"export_failed\""))
                .isZero();
    }

    @Test
    @DisplayName("count what happened to people's access")
    void events() {
        assertThat(value("portcullis_audit_events_total", "event=\"registration\"", "outcome=\"done\""))
                .isEqualTo(1);
        assertThat(value("portcullis_audit_events_total", "event=\"login\"", "outcome=\"done\""))
                .isEqualTo(1);
        assertThat(value("portcullis_audit_events_total", "event=\"refresh\"")).isEqualTo(1);
        assertThat(value("portcullis_audit_events_total", "event=\"revocation\""))
                .isEqualTo(1);
        assertThat(value("portcullis_ready")).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "have a counter for each event and outcome that the README's audit log names, and no other, from the start: increase() does not see the first of what was not there")
    void everyOutcomeFromTheStart() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String table = readme.substring(readme.indexOf("| event | outcomes |"), readme.indexOf("### Traces"));
        Set<String> documented = new TreeSet<>();
        Pattern.compile("(?m)^\\| `([a-z_]+)` \\|(.*)\\|$")
                .matcher(table)
                .results()
                .forEach(row -> Pattern.compile("`([a-z_]+)`")
                        .matcher(row.group(2))
                        .results()
                        .forEach(outcome -> documented.add(row.group(1) + " " + outcome.group(1))));
        Set<String> counted = Pattern.compile(
                        "(?m)^portcullis_audit_events_total\\{event=\"([a-z_]+)\",outcome=\"([a-z_]+)\"}")
                .matcher(metrics)
                .results()
                .map(series -> series.group(1) + " " + series.group(2))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(counted).isEqualTo(documented).contains("reuse refresh_token");
        assertThat(value("portcullis_audit_events_total", "event=\"reuse\"")).isZero();
    }

    @Test
    @DisplayName("are what the alert rules, the dashboard and the autoscaler ask for")
    void kubernetes() throws IOException {
        Path production = Path.of("k8s/overlays/production");
        for (String file : Set.of("prometheusrule.yaml", "dashboard.json", "horizontalpodautoscaler.yaml")) {
            Matcher names = ASKED.matcher(Files.readString(production.resolve(file)));
            Set<String> asked = new TreeSet<>();
            while (names.find()) {
                asked.add(names.group());
            }
            assertThat(asked)
                    .as(file)
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(metrics).containsPattern("(?m)^" + name + "[{ ]"));
        }
    }

    @Test
    @DisplayName("are those the README documents, all of them and no others")
    void documented() throws IOException {
        Set<String> documented = DOCUMENTED
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(exported()).isEqualTo(documented);
    }

    /** By the names that a query uses, a histogram by its base. */
    private static Set<String> exported() {
        Pattern type = Pattern.compile("# TYPE (portcullis_\\S+) (\\S+)");
        Set<String> names = new TreeSet<>();
        for (Matcher matcher : metrics.lines()
                .map(type::matcher)
                .filter(Matcher::matches)
                .filter(found -> !found.group(1).endsWith("_max"))
                .toList()) {
            names.add(matcher.group(1));
        }
        return names;
    }
}
