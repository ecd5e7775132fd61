package dev.portcullis.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The files for Kubernetes and what kustomize makes of them: sound by the schemas. */
@DisplayName("The Kubernetes manifests")
class ManifestsTest {
    /** Below these, names are free. */
    private static final Set<String> FREE =
            Set.of("labels", "annotations", "matchLabels", "data", "limits", "requests");

    private static List<Overlay> overlays;

    @BeforeAll
    static void render() throws IOException {
        overlays = Overlay.all();
    }

    @Test
    @DisplayName("have no unknown field, no missing one and no value of another type")
    void schemas() {
        assertThat(overlays).allSatisfy(overlay -> {
            assertThat(overlay.documents()).hasSizeGreaterThan(8);
            for (JsonObject document : overlay.documents()) {
                assertThatCode(() -> Schemas.validate(document))
                        .as(document.encode())
                        .doesNotThrowAnyException();
            }
        });
    }

    @Test
    @DisplayName("would be found out if they had an unknown field, in whatever place")
    void unknownFields() {
        Set<String> kinds = new TreeSet<>();
        for (Overlay overlay : overlays) {
            for (JsonObject document : overlay.documents()) {
                kinds.add(document.getString("kind"));
                for (JsonObject place : places("", document)) {
                    place.put("misspelt", "x");
                    assertThatThrownBy(() -> Schemas.validate(document))
                            .as(document.encode())
                            .hasMessageContaining("misspelt");
                    place.remove("misspelt");
                }
            }
        }
        assertThat(kinds)
                .contains("Deployment", "HorizontalPodAutoscaler", "HTTPRoute", "ServiceMonitor", "PrometheusRule");
    }

    @Test
    @DisplayName(
            "would be found out if they had a value of another type, lacked what is needed, or were of a kind that is not known")
    void otherFaults() throws IOException {
        Overlay production = Overlay.of("production");
        JsonObject deployment = production.deployment();
        deployment.getJsonObject("spec").put("replicas", "two");
        assertThatThrownBy(() -> Schemas.validate(deployment)).hasMessageContaining("two");
        JsonObject budget = production.one("PodDisruptionBudget");
        Yamls.at(budget, "spec.selector").put("matchLabels", "portcullis");
        assertThatThrownBy(() -> Schemas.validate(budget)).isInstanceOf(RuntimeException.class);
        JsonObject autoscaler = production.one("HorizontalPodAutoscaler");
        autoscaler.getJsonObject("spec").remove("scaleTargetRef");
        assertThatThrownBy(() -> Schemas.validate(autoscaler)).hasMessageContaining("scaleTargetRef");

        JsonObject route = production.one("HTTPRoute");
        Yamls.list(Yamls.list(route, "spec.rules").get(0), "backendRefs").get(0).put("port", "http");
        assertThatThrownBy(() -> Schemas.validate(route)).hasMessageContaining("port");
        JsonObject monitor = production.one("ServiceMonitor");
        Yamls.list(monitor, "spec.endpoints").get(0).put("port", 9090);
        assertThatThrownBy(() -> Schemas.validate(monitor)).hasMessageContaining("port");
        JsonObject rules = production.one("PrometheusRule");
        rules.getJsonObject("spec").put("groups", "portcullis");
        assertThatThrownBy(() -> Schemas.validate(rules)).hasMessageContaining("groups");
        JsonObject other = production.one("Ingress").put("apiVersion", "extensions/v1beta1");
        assertThatThrownBy(() -> Schemas.validate(other)).hasMessageContaining("unknown kind");
    }

    @Test
    @DisplayName("name only files that are there, and every file is named")
    void kustomizations() throws IOException {
        List<Path> kustomizations;
        try (Stream<Path> files = Files.walk(Overlay.ROOT)) {
            kustomizations =
                    files.filter(file -> file.endsWith("kustomization.yaml")).toList();
        }
        assertThat(kustomizations).hasSize(3);
        for (Path kustomization : kustomizations) {
            JsonObject document = Yamls.read(kustomization).get(0);
            Set<String> named = new TreeSet<>();
            document.getJsonArray("resources").forEach(resource -> named.add((String) resource));
            for (JsonObject generator : Yamls.list(document, "configMapGenerator")) {
                Optional.ofNullable(generator.getJsonArray("files"))
                        .ifPresent(files -> files.forEach(file -> named.add((String) file)));
            }
            assertThat(named)
                    .allSatisfy(name ->
                            assertThat(kustomization.resolveSibling(name)).exists());
            try (Stream<Path> there = Files.list(kustomization.resolveSibling(""))) {
                assertThat(there.map(file -> file.getFileName().toString())
                                .filter(name -> name.matches(".*\\.(yaml|json)") && !name.equals("kustomization.yaml")))
                        .allSatisfy(name -> assertThat(named).contains(name));
            }
        }
    }

    @Test
    @DisplayName("run as nobody, on a root file system that is read-only, without a token of the cluster")
    void hardening() {
        for (Overlay overlay : overlays) {
            for (JsonObject deployment : overlay.all("Deployment")) {
                JsonObject pod = Overlay.pod(deployment);
                assertThat(pod.getBoolean("automountServiceAccountToken")).isFalse();
                JsonObject of = pod.getJsonObject("securityContext");
                assertThat(of.getBoolean("runAsNonRoot")).isTrue();
                assertThat(of.getInteger("runAsUser")).isPositive();
                assertThat(Yamls.at(of, "seccompProfile").getString("type")).isEqualTo("RuntimeDefault");
                JsonObject container = Overlay.container(deployment);
                JsonObject security = container.getJsonObject("securityContext");
                assertThat(security.getBoolean("allowPrivilegeEscalation")).isFalse();
                assertThat(security.getBoolean("readOnlyRootFilesystem")).isTrue();
                assertThat(security.getJsonObject("capabilities").getJsonArray("drop"))
                        .containsExactly("ALL");
                assertThat(Yamls.at(container, "resources.limits").containsKey("memory"))
                        .isTrue();
            }
            assertThat(Yamls.at(overlay.one("Namespace"), "metadata.labels").getMap())
                    .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
        }
    }

    @Test
    @DisplayName("run as the user of the image, and can read the keys as that")
    void user() throws IOException {
        String dockerfile = Files.readString(Path.of("Dockerfile"));
        for (Overlay overlay : overlays) {
            JsonObject pod = Overlay.pod(overlay.deployment());
            JsonObject of = pod.getJsonObject("securityContext");
            assertThat(dockerfile)
                    .contains("\nUSER " + of.getInteger("runAsUser") + ":" + of.getInteger("runAsGroup") + "\n");
            assertThat(of.getInteger("fsGroup")).isEqualTo(of.getInteger("runAsGroup"));
            JsonObject keys = Yamls.list(pod, "volumes").stream()
                    .filter(volume -> volume.getString("name").equals("keys"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Yamls.at(keys, "secret").getInteger("defaultMode"))
                    .as("readable by the group, and by nobody else")
                    .isEqualTo(0440);
        }
    }

    private static List<JsonObject> places(String path, JsonObject object) {
        List<JsonObject> places = new ArrayList<>(List.of(object));
        for (Map.Entry<String, Object> entry : object) {
            String name = path + entry.getKey();
            if (FREE.contains(entry.getKey())) {
                continue;
            }
            if (entry.getValue() instanceof JsonObject inner) {
                // The selector of a Service is labels, any other one has them.
                if (!name.equals("spec.selector") || inner.containsKey("matchLabels")) {
                    places.addAll(places(name + ".", inner));
                }
            } else if (entry.getValue() instanceof JsonArray array) {
                array.stream()
                        .filter(JsonObject.class::isInstance)
                        .forEach(element -> places.addAll(places(name + ".", (JsonObject) element)));
            }
        }
        return places;
    }
}
