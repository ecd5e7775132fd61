package dev.portcullis.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.World;
import io.kubernetes.client.openapi.JSON;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files for Kubernetes: sound by its schemas, and in agreement with the program. */
@DisplayName("The Kubernetes manifests")
class ManifestsTest {
    private static final Path ROOT = Path.of("k8s");
    /** Not of Kubernetes itself, so without a schema here. */
    private static final Set<String> FOREIGN = Set.of("HTTPRoute", "ServiceMonitor", "PrometheusRule");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)}");

    @Test
    @DisplayName("have no unknown field, no missing one and no value of another type")
    void schemas() throws IOException {
        List<JsonObject> documents = documents();
        assertThat(documents).hasSizeGreaterThan(12);
        for (JsonObject document : documents) {
            if (!FOREIGN.contains(document.getString("kind"))) {
                assertThatCode(() -> validate(document)).as(document.encode()).doesNotThrowAnyException();
            }
        }
    }

    @Test
    @DisplayName("would be found out if they had one")
    void schemasAreStrict() throws IOException {
        JsonObject misspelt = deployment();
        JsonObject container = container(misspelt);
        container.put("readinesProbe", container.remove("readinessProbe"));
        assertThatThrownBy(() -> validate(misspelt)).hasMessageContaining("readinesProbe");
        JsonObject wrongType = deployment();
        wrongType.getJsonObject("spec").put("replicas", "two");
        assertThatThrownBy(() -> validate(wrongType)).hasMessageContaining("two");
    }

    @Test
    @DisplayName("name only files that are there, and every file is named")
    void kustomizations() throws IOException {
        for (Path kustomization : files("kustomization.yaml")) {
            Path folder = kustomization.resolveSibling("");
            JsonObject document = read(kustomization).get(0);
            Set<String> named = new TreeSet<>();
            document.getJsonArray("resources").forEach(resource -> named.add((String) resource));
            for (JsonObject generator : objects(document.getJsonArray("configMapGenerator"))) {
                Optional.ofNullable(generator.getJsonArray("files"))
                        .ifPresent(files -> files.forEach(file -> named.add((String) file)));
            }
            assertThat(named)
                    .allSatisfy(name ->
                            assertThat(kustomization.resolveSibling(name)).exists());
            try (Stream<Path> there = Files.list(folder)) {
                assertThat(there.map(file -> file.getFileName().toString())
                                .filter(name -> name.matches(".*\\.(yaml|json)") && !name.equals("kustomization.yaml")))
                        .allSatisfy(name -> assertThat(named).contains(name));
            }
        }
    }

    @Test
    @DisplayName(
            "hold a configuration that the gateway takes, with ports, drain time and paths that fit the deployment")
    void configuration() throws IOException {
        GatewayConfig config = config();
        JsonObject pod = pod(deployment());
        JsonObject container = container(deployment());
        Map<String, Integer> ports = new HashMap<>();
        objects(container.getJsonArray("ports"))
                .forEach(port -> ports.put(port.getString("name"), port.getInteger("containerPort")));
        assertThat(ports)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "http", config.listen().port(),
                        "management", config.management().port()));
        assertThat(config.listen().host()).isEqualTo("0.0.0.0");
        assertThat(config.management().host()).isEqualTo("0.0.0.0");
        assertThat(pod.getInteger("terminationGracePeriodSeconds"))
                .isGreaterThan((int) config.drain().timeout().toSeconds());
        Map<String, String> mounts = new HashMap<>();
        objects(container.getJsonArray("volumeMounts"))
                .forEach(mount -> mounts.put(mount.getString("mountPath"), mount.getString("name")));
        assertThat(mounts.keySet()).contains(config.keys().directory().toString());
        List<?> args = container.getJsonArray("args").getList();
        assertThat(args.get(0)).isEqualTo("serve");
        assertThat(mounts.keySet()).contains(((String) args.get(2)).replaceFirst("/[^/]*$", ""));
        assertThat(config.upstreams()
                        .values()
                        .iterator()
                        .next()
                        .endpoints()
                        .get(0)
                        .toString())
                .isEqualTo("http://demo-mcp:" + demoPort() + "/mcp");
    }

    @Test
    @DisplayName("set every variable that the configuration needs, and no other")
    void environment() throws IOException {
        Set<String> needed = new TreeSet<>();
        Matcher variables = VARIABLE.matcher(Files.readString(ROOT.resolve("base/gateway.yaml")));
        while (variables.find()) {
            needed.add(variables.group(1));
        }
        Set<String> secrets = Files.readAllLines(ROOT.resolve("overlays/demo/secrets.env.example")).stream()
                .map(line -> line.split("=", 2)[0])
                .collect(Collectors.toSet());
        for (String overlay : List.of("demo", "production")) {
            Set<String> given = new TreeSet<>(secrets);
            JsonObject kustomization = read(ROOT.resolve("overlays/" + overlay + "/kustomization.yaml"))
                    .get(0);
            for (JsonObject generator : objects(kustomization.getJsonArray("configMapGenerator"))) {
                if (generator.getString("name").equals("portcullis-environment")) {
                    generator
                            .getJsonArray("literals")
                            .forEach(literal -> given.add(((String) literal).split("=", 2)[0]));
                }
            }
            assertThat(given).isEqualTo(needed);
        }
    }

    @Test
    @DisplayName("probe and scrape what the management port really has")
    void managementPaths() throws IOException {
        Set<String> paths = new TreeSet<>();
        JsonObject container = container(deployment());
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            JsonObject get = container.getJsonObject(probe).getJsonObject("httpGet");
            assertThat(get.getString("port")).isEqualTo("management");
            paths.add(get.getString("path"));
        }
        JsonObject monitor = one("ServiceMonitor").getJsonObject("spec");
        JsonObject endpoint = monitor.getJsonArray("endpoints").getJsonObject(0);
        assertThat(endpoint.getString("port")).isEqualTo("management");
        paths.add(endpoint.getString("path"));
        int port = World.freePorts(1).get(0);
        try (World world =
                World.startProcesses(1, yaml -> yaml.getJsonObject("management").put("port", port))) {
            assertThat(world.url()).isNotEmpty();
            assertThat(paths)
                    .hasSize(3)
                    .allSatisfy(path -> assertThat(new Browser()
                                    .get("http://localhost:" + port + path)
                                    .status())
                            .isEqualTo(200));
        }
    }

    @Test
    @DisplayName("refer to what is there: services by port name, selectors by label, routes by service")
    void references() throws IOException {
        for (JsonObject service : all("Service")) {
            String name = service.getJsonObject("metadata").getString("name");
            JsonObject workload = all("Deployment").stream()
                    .filter(deployment -> deployment
                            .getJsonObject("metadata")
                            .getString("name")
                            .equals(name))
                    .findFirst()
                    .orElseThrow();
            Set<String> ports = objects(container(workload).getJsonArray("ports")).stream()
                    .map(port -> port.getString("name"))
                    .collect(Collectors.toSet());
            assertThat(objects(service.getJsonObject("spec").getJsonArray("ports")))
                    .allSatisfy(port -> assertThat(ports).contains(port.getString("targetPort")));
            assertThat(service.getJsonObject("spec").getJsonObject("selector"))
                    .isEqualTo(workload.getJsonObject("spec")
                            .getJsonObject("selector")
                            .getJsonObject("matchLabels"))
                    .isEqualTo(workload.getJsonObject("spec")
                            .getJsonObject("template")
                            .getJsonObject("metadata")
                            .getJsonObject("labels"));
        }
        Set<Integer> gatewayPorts = objects(service("portcullis").getJsonArray("ports")).stream()
                .map(port -> port.getInteger("port"))
                .collect(Collectors.toSet());
        assertThat(one("HTTPRoute").encode()).contains("\"name\":\"portcullis\"");
        assertThat(gatewayPorts)
                .contains(one("HTTPRoute")
                        .getJsonObject("spec")
                        .getJsonArray("rules")
                        .getJsonObject(0)
                        .getJsonArray("backendRefs")
                        .getJsonObject(0)
                        .getInteger("port"));
        assertThat(one("HorizontalPodAutoscaler")
                        .getJsonObject("spec")
                        .getJsonArray("metrics")
                        .getJsonObject(0)
                        .getJsonObject("resource")
                        .getJsonObject("target")
                        .getString("type"))
                .isEqualTo("Utilization");
        assertThat(container(deployment())
                        .getJsonObject("resources")
                        .getJsonObject("requests")
                        .containsKey("cpu"))
                .as("utilization is of the request")
                .isTrue();
    }

    @Test
    @DisplayName("run as nobody, on a root file system that is read-only, without a token of the cluster")
    void hardening() throws IOException {
        for (JsonObject deployment : all("Deployment")) {
            JsonObject pod = pod(deployment);
            assertThat(pod.getBoolean("automountServiceAccountToken")).isFalse();
            assertThat(pod.getJsonObject("securityContext").getBoolean("runAsNonRoot"))
                    .isTrue();
            JsonObject security = container(deployment).getJsonObject("securityContext");
            assertThat(security.getBoolean("allowPrivilegeEscalation")).isFalse();
            assertThat(security.getBoolean("readOnlyRootFilesystem")).isTrue();
            assertThat(security.getJsonObject("capabilities").getJsonArray("drop"))
                    .containsExactly("ALL");
            assertThat(container(deployment)
                            .getJsonObject("resources")
                            .getJsonObject("limits")
                            .containsKey("memory"))
                    .isTrue();
        }
    }

    private static GatewayConfig config() throws IOException {
        Map<String, String> environment = Map.of(
                "PORTCULLIS_PUBLIC_URL", "https://mcp.example.com",
                "COGNITO_ISSUER", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123",
                "COGNITO_DOMAIN", "https://login.example.com",
                "COGNITO_CLIENT_ID", "1example23456789",
                "COGNITO_CLIENT_SECRET", "x",
                "REDIS_URL", "redis://redis:6379");
        return new ConfigReader(environment).read(ROOT.resolve("base/gateway.yaml"));
    }

    private static int demoPort() throws IOException {
        return objects(container(named("Deployment", "demo-mcp")).getJsonArray("ports"))
                .get(0)
                .getInteger("containerPort");
    }

    private static JsonObject deployment() throws IOException {
        return named("Deployment", "portcullis");
    }

    private static JsonObject service(String name) throws IOException {
        return named("Service", name).getJsonObject("spec");
    }

    private static JsonObject pod(JsonObject deployment) {
        return deployment.getJsonObject("spec").getJsonObject("template").getJsonObject("spec");
    }

    private static JsonObject container(JsonObject deployment) {
        return pod(deployment).getJsonArray("containers").getJsonObject(0);
    }

    private static JsonObject one(String kind) throws IOException {
        assertThat(all(kind)).hasSize(1);
        return all(kind).get(0);
    }

    private static JsonObject named(String kind, String name) throws IOException {
        return all(kind).stream()
                .filter(document ->
                        document.getJsonObject("metadata").getString("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<JsonObject> all(String kind) throws IOException {
        return documents().stream()
                .filter(document -> document.getString("kind").equals(kind))
                .toList();
    }

    /** All that is sent to a cluster. */
    private static List<JsonObject> documents() throws IOException {
        List<JsonObject> documents = new ArrayList<>();
        for (Path file : files(".yaml")) {
            documents.addAll(read(file));
        }
        return documents.stream()
                .filter(document -> document.containsKey("kind")
                        && !document.getString("kind").equals("Kustomization"))
                .toList();
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }

    private static List<JsonObject> read(Path file) throws IOException {
        List<JsonObject> documents = new ArrayList<>();
        Gson gson = new Gson();
        new Yaml(new SafeConstructor(new LoaderOptions()))
                .loadAll(Files.readString(file))
                .forEach(document -> documents.add(new JsonObject(gson.toJson(document))));
        return documents;
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    /** By the generated class of the kind, such as V1Deployment: throws for unknown and missing fields, and wrong types. */
    private static void validate(JsonObject document) throws Throwable {
        String version = document.getString("apiVersion").replaceFirst(".*/", "");
        Class<?> type = Class.forName("io.kubernetes.client.openapi.models."
                + version.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + version.substring(1)
                + document.getString("kind"));
        JsonElement element = new Gson().fromJson(document.encode(), JsonElement.class);
        try {
            type.getMethod("validateJsonElement", JsonElement.class).invoke(null, element);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        assertThat((Object) JSON.getGson().fromJson(element, type)).isNotNull();
    }
}
