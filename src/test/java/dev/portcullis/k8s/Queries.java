package dev.portcullis.k8s;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What alert rules, the dashboard and the adapter ask Prometheus. */
final class Queries {
    private static final Path PRODUCTION = Path.of("k8s/overlays/production");
    private static final Pattern SERIES = Pattern.compile("\\b((?:portcullis|jvm|process)_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern SELECTION = Pattern.compile("([a-z]+)\\s*(=~|!=|!~|=)\\s*\"([^\"]*)\"");
    private static final Pattern GROUPED = Pattern.compile("\\b(?:by|ignoring|on|without)\\s*\\(([^)]*)\\)");
    private static final Pattern SHOWN = Pattern.compile("\\{\\{([a-z]+)}}");

    private Queries() {}

    /** @param legend what the dashboard shows of each result, with labels in double braces */
    record Query(String expression, String legend) {
        /** The metrics in it, each with how it selects. */
        List<Series> series() {
            return SERIES.matcher(expression)
                    .results()
                    .map(found -> new Series(
                            found.group(1),
                            SELECTION
                                    .matcher(found.group(2) == null ? "" : found.group(2))
                                    .results()
                                    .map(Queries::selection)
                                    .toList()))
                    .toList();
        }

        /** Labels by which it groups or matches. */
        List<String> grouped() {
            return GROUPED.matcher(expression)
                    .results()
                    .flatMap(list -> Stream.of(list.group(1).split(",")))
                    .map(String::strip)
                    .toList();
        }

        List<String> shown() {
            return SHOWN.matcher(legend).results().map(found -> found.group(1)).toList();
        }
    }

    record Series(String metric, List<Selection> selections) {}

    record Selection(String label, String operator, String value) {}

    private static Selection selection(MatchResult found) {
        return new Selection(found.group(1), found.group(2), found.group(3));
    }

    static List<Query> alerts() throws IOException {
        return Yamls.list(Yamls.read(PRODUCTION.resolve("prometheusrule.yaml")).get(0), "spec.groups").stream()
                .flatMap(group -> Yamls.list(group, "rules").stream())
                .map(rule -> new Query(rule.getString("expr"), ""))
                .toList();
    }

    static List<Query> dashboard() throws IOException {
        JsonObject dashboard = new JsonObject(Files.readString(PRODUCTION.resolve("dashboard.json")));
        List<Query> queries = new ArrayList<>();
        for (JsonObject panel : Yamls.list(dashboard, "panels")) {
            Yamls.list(panel, "targets")
                    .forEach(target ->
                            queries.add(new Query(target.getString("expr"), target.getString("legendFormat"))));
        }
        return queries;
    }

    static Query adapter() throws IOException {
        return new Query(
                Yamls.list(
                                Yamls.read(Path.of("k8s/monitoring/prometheus-adapter.yaml"))
                                        .get(0),
                                "rules.custom")
                        .get(0)
                        .getString("seriesQuery"),
                "");
    }
}
