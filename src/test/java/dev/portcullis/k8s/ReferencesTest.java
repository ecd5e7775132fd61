package dev.portcullis.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** No schema knows whether a name stands for something. */
@DisplayName("In the Kubernetes manifests")
class ReferencesTest {
    private static List<Overlay> overlays;
    private static Overlay production;

    @BeforeAll
    static void render() throws IOException {
        overlays = Overlay.all();
        production = overlays.get(1);
    }

    @Test
    @DisplayName("a Service selects the pods of one Deployment, and sends to ports that they name")
    void services() {
        for (Overlay overlay : overlays) {
            for (JsonObject service : overlay.all("Service")) {
                List<JsonObject> selected = overlay.all("Deployment").stream()
                        .filter(deployment -> labels(deployment)
                                .entrySet()
                                .containsAll(Yamls.at(service, "spec.selector")
                                        .getMap()
                                        .entrySet()))
                        .toList();
                assertThat(selected).as(service.encode()).hasSize(1);
                assertThat(Yamls.list(service, "spec.ports"))
                        .extracting(port -> port.getString("targetPort"))
                        .isSubsetOf(containerPorts(selected.get(0)).keySet());
            }
            assertThat(overlay.all("Deployment"))
                    .allSatisfy(deployment -> assertThat(labels(deployment))
                            .containsAllEntriesOf(matchLabels(deployment, "spec.selector")));
        }
    }

    @Test
    @DisplayName("the disruption budget, the network policy and both spreads select the pods of the gateway")
    void selectors() {
        Map<String, Object> labels = labels(production.deployment());
        assertThat(matchLabels(production.one("PodDisruptionBudget"), "spec.selector"))
                .isEqualTo(labels);
        assertThat(matchLabels(production.one("NetworkPolicy"), "spec.podSelector"))
                .isEqualTo(labels);
        assertThat(Yamls.list(Overlay.pod(production.deployment()), "topologySpreadConstraints"))
                .hasSize(2)
                .allSatisfy(spread ->
                        assertThat(matchLabels(spread, "labelSelector")).isEqualTo(labels));
    }

    @Test
    @DisplayName("the network policy lets in what the routes and the monitoring come from, to ports that there are")
    void networkPolicyIngress() {
        List<JsonObject> rules = Yamls.list(production.one("NetworkPolicy"), "spec.ingress");
        assertThat(rules)
                .extracting(rule -> Yamls.list(rule, "ports").get(0).getString("port"))
                .containsExactly("http", "management")
                .isSubsetOf(containerPorts(production.deployment()).keySet());
        JsonArray front = Yamls.list(
                        Yamls.at(Yamls.list(rules.get(0), "from").get(0), "namespaceSelector"), "matchExpressions")
                .get(0)
                .getJsonArray("values");
        assertThat(Yamls.at(production.one("Ingress"), "spec").getString("ingressClassName"))
                .isEqualTo("nginx");
        assertThat(front)
                .contains(
                        "ingress-nginx",
                        Yamls.list(production.one("HTTPRoute"), "spec.parentRefs")
                                .get(0)
                                .getString("namespace"));
    }

    @Test
    @DisplayName(
            "both routes lead to the Service of the gateway, by a port that it has, for the host of the public URL")
    void routes() {
        JsonObject service = production.one("Service", "portcullis");
        String host =
                URI.create(environment(production).get("PORTCULLIS_PUBLIC_URL")).getHost();

        JsonObject ingress = production.one("Ingress");
        JsonObject rule = Yamls.list(ingress, "spec.rules").get(0);
        JsonObject backend = Yamls.at(Yamls.list(rule, "http.paths").get(0), "backend.service");
        assertThat(backend.getString("name")).isEqualTo(Yamls.name(service));
        assertThat(servicePort(service, "name", Yamls.at(backend, "port").getString("name")))
                .isEqualTo("http");
        assertThat(rule.getString("host")).isEqualTo(host);
        assertThat(Yamls.list(ingress, "spec.tls").get(0).getJsonArray("hosts")).containsExactly(host);

        JsonObject route = production.one("HTTPRoute");
        List<JsonObject> rules = Yamls.list(route, "spec.rules");
        assertThat(rules).hasSize(1);
        List<JsonObject> backends = Yamls.list(rules.get(0), "backendRefs");
        assertThat(backends).hasSize(1);
        assertThat(backends.get(0).getString("name")).isEqualTo(Yamls.name(service));
        assertThat(servicePort(service, "port", backends.get(0).getInteger("port")))
                .isEqualTo("http");
        assertThat(Yamls.at(route, "spec").getJsonArray("hostnames")).containsExactly(host);
        assertThat(Yamls.at(rules.get(0), "timeouts").getMap())
                .containsOnly(Map.entry("request", "0s"), Map.entry("backendRequest", "0s"));
    }

    @Test
    @DisplayName("the monitor selects one Service, whose name is the job of the alerts, and its management port")
    void monitor() {
        JsonObject monitor = production.one("ServiceMonitor");
        List<JsonObject> selected = production.all("Service").stream()
                .filter(service -> Yamls.at(service, "metadata.labels")
                        .getMap()
                        .entrySet()
                        .containsAll(matchLabels(monitor, "spec.selector").entrySet()))
                .toList();
        assertThat(selected).hasSize(1);
        List<JsonObject> endpoints = Yamls.list(monitor, "spec.endpoints");
        assertThat(endpoints).hasSize(1);
        assertThat(servicePort(selected.get(0), "name", endpoints.get(0).getString("port")))
                .isEqualTo("management");
        assertThat(Yamls.list(production.one("PrometheusRule"), "spec.groups").stream()
                        .flatMap(group -> Yamls.list(group, "rules").stream())
                        .filter(rule -> rule.getString("alert").equals("PortcullisDown"))
                        .map(rule -> rule.getString("expr")))
                .containsExactly("up{job=\"NAME\"} == 0 or absent(up{job=\"NAME\"})"
                        .replace("NAME", Yamls.name(selected.get(0))));
    }

    @Test
    @DisplayName("the autoscaler scales the gateway, which says what it requests, by a metric that the adapter makes")
    void autoscaler() throws IOException {
        JsonObject autoscaler = production.one("HorizontalPodAutoscaler");
        JsonObject deployment = production.deployment();
        assertThat(Yamls.at(autoscaler, "spec.scaleTargetRef"))
                .isEqualTo(new JsonObject()
                        .put("apiVersion", deployment.getString("apiVersion"))
                        .put("kind", deployment.getString("kind"))
                        .put("name", Yamls.name(deployment)));
        List<JsonObject> metrics = Yamls.list(autoscaler, "spec.metrics");
        assertThat(metrics).extracting(metric -> metric.getString("type")).containsExactly("Resource", "Pods");
        assertThat(Yamls.at(metrics.get(0), "resource.target").getString("type"))
                .isEqualTo("Utilization");
        assertThat(Yamls.at(Overlay.container(deployment), "resources.requests").fieldNames())
                .as("utilization is of the request")
                .contains(Yamls.at(metrics.get(0), "resource").getString("name"));
        List<JsonObject> rules = Yamls.list(
                Yamls.read(Overlay.ROOT.resolve("monitoring/prometheus-adapter.yaml"))
                        .get(0),
                "rules.custom");
        assertThat(rules).hasSize(1);
        assertThat(Yamls.at(rules.get(0), "name").getString("as"))
                .isEqualTo(Yamls.at(metrics.get(1), "pods.metric").getString("name"));
        assertThat(Yamls.at(rules.get(0), "resources.overrides").fieldNames()).containsExactly("namespace", "pod");
    }

    @Test
    @DisplayName("the demo's Redis and MCP server are where the gateway looks for them")
    void demo() throws IOException {
        Overlay demo = overlays.get(0);
        URI redis = URI.create(Files.readAllLines(demo.file("secrets.env.example")).stream()
                .filter(line -> line.startsWith("REDIS_URL="))
                .findFirst()
                .orElseThrow()
                .replace("REDIS_URL=", ""));
        URI upstream = Configurations.of(demo)
                .upstreams()
                .values()
                .iterator()
                .next()
                .endpoints()
                .get(0);
        for (URI address : List.of(redis, upstream)) {
            assertThat(servicePort(demo.one("Service", address.getHost()), "port", address.getPort()))
                    .isNotEmpty();
        }
        List<?> args = Overlay.container(demo.one("Deployment", upstream.getHost()))
                .getJsonArray("args")
                .getList();
        assertThat(args.get(args.indexOf("--port") + 1)).isEqualTo(String.valueOf(upstream.getPort()));
    }

    @Test
    @DisplayName("every volume, ConfigMap and Secret is there, or the guide says how to make it")
    void configuration() throws IOException {
        String guide = Files.readString(Overlay.ROOT.resolve("README.md"));
        for (Overlay overlay : overlays) {
            assumeTrue(overlay.rendered(), "only kustomize gives names to what it generates");
            JsonObject pod = Overlay.pod(overlay.deployment());
            JsonObject container = Overlay.container(overlay.deployment());
            Set<String> volumes = new TreeSet<>();
            Set<String> maps = new TreeSet<>();
            Set<String> secrets = new TreeSet<>();
            for (JsonObject volume : Yamls.list(pod, "volumes")) {
                volumes.add(volume.getString("name"));
                if (volume.containsKey("configMap")) {
                    maps.add(volume.getJsonObject("configMap").getString("name"));
                } else if (volume.containsKey("secret")) {
                    secrets.add(volume.getJsonObject("secret").getString("secretName"));
                }
            }
            for (JsonObject from : Yamls.list(container, "envFrom")) {
                if (from.containsKey("configMapRef")) {
                    maps.add(from.getJsonObject("configMapRef").getString("name"));
                } else {
                    secrets.add(from.getJsonObject("secretRef").getString("name"));
                }
            }
            assertThat(Yamls.list(container, "volumeMounts"))
                    .extracting(mount -> mount.getString("name"))
                    .containsExactlyInAnyOrderElementsOf(volumes);
            assertThat(overlay.all("ConfigMap")).extracting(Yamls::name).containsAll(maps);
            overlay.all("Secret").forEach(secret -> secrets.remove(Yamls.name(secret)));
            String namespace = Yamls.name(overlay.one("Namespace"));
            assertThat(secrets)
                    .isNotEmpty()
                    .allSatisfy(secret ->
                            assertThat(guide).contains("kubectl -n " + namespace + " create secret generic " + secret));
        }
    }

    @Test
    @DisplayName("a change of the configuration reaches running pods, one of the environment restarts them")
    void changes() throws IOException {
        for (Overlay overlay : overlays) {
            assumeTrue(overlay.rendered(), "only kustomize gives names to what it generates");
            assertThat(overlay.one("ConfigMap", "portcullis-config")
                            .getJsonObject("data")
                            .getMap())
                    .containsOnly(Map.entry("gateway.yaml", Files.readString(overlay.file("gateway.yaml"))));
            assertThat(overlay.all("ConfigMap"))
                    .extracting(Yamls::name)
                    .anyMatch(name -> name.matches("portcullis-environment-[a-z0-9]+"));
            assertThat(Yamls.list(Overlay.container(overlay.deployment()), "volumeMounts"))
                    .as("what is mounted with a subPath never changes")
                    .noneMatch(mount -> mount.containsKey("subPath"));
        }
    }

    @Test
    @DisplayName("everything is in the overlay's namespace, and each image has a registry and a tag of the overlay's")
    void namesOfTheOverlay() throws IOException {
        for (Overlay overlay : overlays) {
            assumeTrue(overlay.rendered(), "only kustomize writes them");
            String namespace = Yamls.name(overlay.one("Namespace"));
            assertThat(overlay.documents())
                    .filteredOn(document -> !document.getString("kind").equals("Namespace"))
                    .allSatisfy(document -> assertThat(
                                    Yamls.at(document, "metadata").getString("namespace"))
                            .isEqualTo(namespace));
            JsonObject image = Yamls.list(overlay.kustomization(), "images").get(0);
            assertThat(image.getString("name")).isEqualTo("portcullis");
            String own = image.getString("newName") + ":" + image.getString("newTag");
            assertThat(overlay.all("Deployment"))
                    .extracting(deployment -> Overlay.container(deployment).getString("image"))
                    .allMatch(name -> name.matches("[a-z0-9-]+\\.[a-z0-9.-]+/[a-z0-9/-]+:[0-9][a-z0-9.-]*"))
                    .contains(own);
        }
        assertThat(Overlay.container(overlays.get(0).one("Deployment", "demo-mcp"))
                        .getString("image"))
                .isEqualTo(Overlay.container(overlays.get(0).deployment()).getString("image"));
        assertThat(Yamls.at(production.deployment(), "spec").containsKey("replicas"))
                .as("the autoscaler decides")
                .isFalse();
    }

    private static Map<String, Object> labels(JsonObject deployment) {
        return Yamls.at(deployment, "spec.template.metadata.labels").getMap();
    }

    private static Map<String, Object> matchLabels(JsonObject document, String path) {
        return Yamls.at(document, path + ".matchLabels").getMap();
    }

    private static Map<String, Integer> containerPorts(JsonObject deployment) {
        return Yamls.list(Overlay.container(deployment), "ports").stream()
                .collect(Collectors.toMap(port -> port.getString("name"), port -> port.getInteger("containerPort")));
    }

    /** The target of the Service's port that has this property. */
    private static String servicePort(JsonObject service, String property, Object value) {
        return Yamls.list(service, "spec.ports").stream()
                .filter(port -> port.getValue(property).equals(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no port " + value + " in " + service.encode()))
                .getString("targetPort");
    }

    private static Map<String, String> environment(Overlay overlay) {
        try {
            return Configurations.environment(overlay);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
