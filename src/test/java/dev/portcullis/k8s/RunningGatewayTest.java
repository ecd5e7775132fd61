package dev.portcullis.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the manifests ask of a gateway's management port, asked of one that people and clients have used. */
@DisplayName("A gateway that runs answers")
class RunningGatewayTest {
    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");
    /** Prometheus adds these to all that it scrapes from a pod. */
    private static final Set<String> OF_THE_TARGET = Set.of("namespace", "pod", "job", "instance");

    private static World world;
    private static String management;
    /** Values by label, by metric. */
    private static Map<String, Map<String, Set<String>>> exported;

    @BeforeAll
    static void use() {
        int port = Ports.free();
        management = "http://localhost:" + port;
        world = World.startProcesses(1, yaml -> {
            yaml.getJsonObject("management").put("port", port);
            yaml.put("rateLimits", new JsonObject().put("register", 1000));
        });
        TestClient client = TestClient.register(world);
        String code = client.code();
        JsonObject tokens = client.redeem(world.url(), code).json();
        client.echo(world.mcpUrl(), tokens.getString("access_token"), "once");
        client.refresh(world.url(), tokens.getString("refresh_token"));
        client.redeem(world.url(), code);
        exported = parse(new Browser().get(management + "/metrics").body());
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @DisplayName("each probe, and the scrape of the monitor")
    void managementPaths() throws IOException {
        Overlay production = Overlay.of("production");
        JsonObject container = Overlay.container(production.deployment());
        Set<String> paths = new TreeSet<>();
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            JsonObject get = Yamls.at(container, probe + ".httpGet");
            assertThat(get.getString("port")).isEqualTo("management");
            paths.add(get.getString("path"));
        }
        paths.add(Yamls.list(production.one("ServiceMonitor"), "spec.endpoints")
                .get(0)
                .getString("path"));
        assertThat(paths)
                .hasSize(3)
                .allSatisfy(
                        path -> assertThat(new Browser().get(management + path).status())
                                .isEqualTo(200));
    }

    @Test
    @DisplayName(
            "every query of the alerts, the dashboard and the adapter: metrics, labels and the values that are asked for")
    void queries() throws IOException {
        List<Queries.Query> queries = new ArrayList<>(Queries.alerts());
        queries.addAll(Queries.dashboard());
        queries.add(Queries.adapter());
        assertThat(queries).hasSizeGreaterThan(50).allSatisfy(RunningGatewayTest::assertAnswerable);
    }

    @Test
    @DisplayName("none that asks for a metric, a label or a value that it does not have")
    void othersAreFoundOut() {
        for (String wrong : List.of(
                "portcullis_redy == 0",
                "portcullis_redis_connections{status=\"up\"}",
                "portcullis_redis_connections{state=\"gone\"}",
                "sum by (operation) (rate(portcullis_http_requests_total[5m]))",
                "portcullis_redis_connections < ignoring (status) portcullis_redis_connections")) {
            assertThat(problems(new Queries.Query(wrong, ""))).as(wrong).hasSize(1);
        }
        assertThat(problems(new Queries.Query("sum by (route) (portcullis_http_open)", "{{upstream}}")))
                .hasSize(1);
    }

    @Test
    @DisplayName("with the labels that the README lists for each metric")
    void documentedLabels() throws IOException {
        Pattern row = Pattern.compile("\\| `(portcullis_[a-z_]+)` \\|([^|]*)\\|.*");
        Set<String> compared = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            Matcher found = row.matcher(line);
            if (found.matches()) {
                String name = found.group(1);
                Map<String, Set<String>> labels = exported.containsKey(name)
                        ? exported.get(name)
                        : exported.getOrDefault(name + "_count", Map.of("-", Set.of()));
                if (!labels.containsKey("-")) {
                    compared.add(name);
                    Set<String> listed = new TreeSet<>();
                    Pattern.compile("`([a-z]+)`")
                            .matcher(found.group(2))
                            .results()
                            .forEach(label -> listed.add(label.group(1)));
                    assertThat(listed).as(name).isEqualTo(labels.keySet());
                }
            }
        }
        assertThat(compared).hasSizeGreaterThan(30);
    }

    private static void assertAnswerable(Queries.Query query) {
        assertThat(problems(query)).as(query.expression()).isEmpty();
    }

    private static List<String> problems(Queries.Query query) {
        List<String> problems = new ArrayList<>();
        for (Queries.Series series : query.series()) {
            Map<String, Set<String>> labels = exported.getOrDefault(series.metric(), Map.of());
            if (!exported.containsKey(series.metric())) {
                problems.add("no metric " + series.metric());
                continue;
            }
            for (Queries.Selection selection : series.selections()) {
                Set<String> values = labels.getOrDefault(selection.label(), Set.of());
                if (!OF_THE_TARGET.contains(selection.label()) && values.isEmpty()) {
                    problems.add(series.metric() + " has no label " + selection.label());
                } else if (selection.operator().equals("=")
                        && !values.contains(selection.value())
                        && !isOutage(series.metric(), selection)) {
                    problems.add(series.metric() + " never has " + selection);
                }
            }
        }
        Set<String> known = new TreeSet<>(OF_THE_TARGET);
        query.series()
                .forEach(series -> known.addAll(
                        exported.getOrDefault(series.metric(), Map.of()).keySet()));
        query.grouped().stream()
                .filter(label -> !known.contains(label))
                .forEach(label -> problems.add("nothing has a label " + label));
        boolean aggregated =
                query.expression().contains("sum") || query.expression().contains(" by ");
        Set<String> left = aggregated ? new TreeSet<>(query.grouped()) : known;
        query.shown().stream()
                .filter(label -> !left.contains(label))
                .forEach(label -> problems.add("no result has a label " + label));
        return problems;
    }

    /** What is counted only when Cognito fails, as it does not here. */
    private static boolean isOutage(String metric, Queries.Selection selection) {
        return metric.equals("portcullis_idp_call_seconds_count")
                && selection.equals(new Queries.Selection("outcome", "=", "outage"));
    }

    private static Map<String, Map<String, Set<String>>> parse(String metrics) {
        Map<String, Map<String, Set<String>>> parsed = new TreeMap<>();
        metrics.lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> {
            Map<String, Set<String>> labels = parsed.computeIfAbsent(sample.group(1), name -> new TreeMap<>());
            LABEL.matcher(sample.group(2) == null ? "" : sample.group(2))
                    .results()
                    .forEach(label -> labels.computeIfAbsent(label.group(1), name -> new TreeSet<>())
                            .add(label.group(2)));
        });
        return parsed;
    }
}
