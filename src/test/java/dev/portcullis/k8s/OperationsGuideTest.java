package dev.portcullis.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What wakes somebody up must say what to do: the README against the alert rules and the dashboard. */
@DisplayName("The operations guide")
class OperationsGuideTest {
    private static final Path PRODUCTION = Path.of("k8s/overlays/production");
    private static final Pattern ALERT =
            Pattern.compile("(?m)^\\| <a id=\"([a-z]+)\"></a>`(Portcullis[A-Za-z]+)` \\|(.*)$");
    private static final Pattern DASHBOARD_ROW = Pattern.compile("(?m)^\\| \\*([^*|]+)\\* \\|");
    private static final Pattern SELECTED = Pattern.compile("(portcullis_[a-z_]+)\\{([^}]*)}|(portcullis_[a-z_]+)");
    private static final Pattern LOGGED = Pattern.compile("log: ((?:`[^`]+`(?:, )?)+)");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern LABEL = Pattern.compile("([a-z]+)\\s*(?:=~|!=|!~|=)");

    private static String readme;
    private static List<JsonObject> alerts;

    @BeforeAll
    static void read() throws IOException {
        readme = Files.readString(Path.of("README.md"));
        alerts = rules();
    }

    @Test
    @DisplayName("has a row for each alert, and for nothing else, with a meaning, a first look and a remedy")
    void everyAlertHasARow() {
        List<MatchResult> rows = ALERT.matcher(readme).results().toList();
        assertThat(rows.stream().map(row -> row.group(2)).toList())
                .isEqualTo(
                        alerts.stream().map(alert -> alert.getString("alert")).toList());
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.group(1)).isEqualTo(row.group(2).toLowerCase(Locale.ROOT));
            assertThat(row.group(3).split("\\|"))
                    .hasSize(3)
                    .allSatisfy(cell -> assertThat(cell.strip()).isNotEmpty());
        });
    }

    @Test
    @DisplayName("is where each alert points to, which says in itself what is wrong and how urgent that is")
    void everyAlertPointsToItsRow() {
        assertThat(alerts).hasSizeGreaterThan(20).allSatisfy(alert -> {
            String name = alert.getString("alert");
            JsonObject annotations = alert.getJsonObject("annotations");
            assertThat(annotations.fieldNames())
                    .as(name)
                    .containsExactlyInAnyOrder("summary", "description", "runbook");
            assertThat(annotations.fieldNames())
                    .allSatisfy(field ->
                            assertThat(annotations.getString(field)).as(name).isNotBlank());
            assertThat(annotations.getString("runbook")).isEqualTo("README.md#" + name.toLowerCase(Locale.ROOT));
            assertThat(alert.getJsonObject("labels").getString("severity")).isIn("critical", "warning");
            assertThat(alert.getString("for")).isNotBlank();
        });
    }

    @Test
    @DisplayName("quotes what the gateway really writes into its log")
    void logLines() throws IOException {
        String program;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            StringBuilder all = new StringBuilder();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                all.append(Files.readString(file));
            }
            program = all.toString();
        }
        List<String> quoted = LOGGED.matcher(readme)
                .results()
                .flatMap(lines -> QUOTED.matcher(lines.group(1)).results())
                .map(line -> line.group(1))
                .toList();
        assertThat(quoted).hasSizeGreaterThan(6).allMatch(line -> program.contains("log(\"" + line));
    }

    @Test
    @DisplayName("lists for each metric the labels by which alerts and the dashboard select")
    void labels() throws IOException {
        String asked = Files.readString(PRODUCTION.resolve("prometheusrule.yaml"))
                + Files.readString(PRODUCTION.resolve("dashboard.json")).replace("\\\"", "\"");
        List<MatchResult> selections = SELECTED.matcher(asked)
                .results()
                .filter(found -> found.group(2) != null)
                .toList();
        assertThat(selections).hasSizeGreaterThan(20);
        for (MatchResult selection : selections) {
            String metric = selection.group(1).replaceFirst("_(count|sum|bucket)$", "");
            Set<String> labels = LABEL.matcher(selection.group(2))
                    .results()
                    .map(label -> label.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
            String row = readme.lines()
                    .filter(line -> line.startsWith("| `" + metric + "` |"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no row for " + metric));
            assertThat(labels)
                    .allSatisfy(label -> assertThat(row.split("\\|")[2]).contains("`" + label + "`"));
        }
    }

    @Test
    @DisplayName("explains each row of the dashboard, whose panels do not overlap")
    void dashboard() throws IOException {
        List<JsonObject> panels = objects(
                        new JsonObject(Files.readString(PRODUCTION.resolve("dashboard.json"))).getJsonArray("panels"))
                .toList();
        assertThat(DASHBOARD_ROW.matcher(readme).results().map(row -> row.group(1)))
                .containsExactlyElementsOf(panels.stream()
                        .filter(panel -> panel.getString("type").equals("row"))
                        .map(panel -> panel.getString("title"))
                        .toList());
        Set<String> taken = new TreeSet<>();
        Set<Integer> ids = new TreeSet<>();
        for (JsonObject panel : panels) {
            assertThat(ids.add(panel.getInteger("id"))).isTrue();
            JsonObject place = panel.getJsonObject("gridPos");
            for (int x = 0; x < place.getInteger("w"); x++) {
                for (int y = 0; y < place.getInteger("h"); y++) {
                    assertThat(taken.add((place.getInteger("x") + x) + " " + (place.getInteger("y") + y)))
                            .as(panel.getString("title"))
                            .isTrue();
                }
            }
            assertThat(panel.getJsonArray("targets", new JsonArray()).isEmpty())
                    .isEqualTo(panel.getString("type").equals("row"));
        }
    }

    private static List<JsonObject> rules() throws IOException {
        Object document = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(PRODUCTION.resolve("prometheusrule.yaml")));
        return objects(new JsonObject(new Gson().toJson(document))
                        .getJsonObject("spec")
                        .getJsonArray("groups"))
                .flatMap(group -> objects(group.getJsonArray("rules")))
                .toList();
    }

    private static Stream<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast);
    }
}
