package dev.portcullis.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.config.Cidr;
import dev.portcullis.config.GatewayConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the deployments say and what the gateway's configuration says are about the same thing. */
@DisplayName("Deployment and configuration agree")
class AgreementTest {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)}");
    private static final int BYTES_OF_A_STREAM = 25 * 1024;

    private static List<Overlay> overlays;
    private static Overlay production;
    private static GatewayConfig config;

    @BeforeAll
    static void render() throws IOException {
        overlays = Overlay.all();
        production = overlays.get(1);
        config = Configurations.of(production);
    }

    @Test
    @DisplayName("about ports and paths")
    void portsAndPaths() throws IOException {
        for (Overlay overlay : overlays) {
            GatewayConfig own = Configurations.of(overlay);
            JsonObject container = Overlay.container(overlay.deployment());
            assertThat(Yamls.list(container, "ports").stream()
                            .collect(Collectors.toMap(
                                    port -> port.getString("name"), port -> port.getInteger("containerPort"))))
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "http", own.listen().port(),
                            "management", own.management().port()));
            assertThat(own.listen().host()).isEqualTo("0.0.0.0");
            assertThat(own.management().host()).isEqualTo("0.0.0.0");
            Map<String, String> mounts = Yamls.list(container, "volumeMounts").stream()
                    .collect(Collectors.toMap(mount -> mount.getString("name"), mount -> mount.getString("mountPath")));
            assertThat(mounts).containsEntry("keys", own.keys().directory().toString());
            assertThat(container.getJsonArray("args"))
                    .containsExactly("serve", "--config", mounts.get("config") + "/gateway.yaml");
        }
    }

    @Test
    @DisplayName("about the variables that are set, and no other")
    void environment() throws IOException {
        for (Overlay overlay : overlays) {
            Set<String> needed = VARIABLE.matcher(Files.readString(overlay.file("gateway.yaml")))
                    .results()
                    .map(variable -> variable.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> given = new TreeSet<>(Configurations.secrets().keySet());
            given.addAll(Configurations.environment(overlay).keySet());
            assertThat(given).isEqualTo(needed);
        }
    }

    @Test
    @DisplayName("about the time that a drain takes, which begins when the kubelet says so")
    void drain() throws IOException {
        for (Overlay overlay : overlays) {
            JsonObject container = Overlay.container(overlay.deployment());
            var drain = Configurations.of(overlay).drain();
            assertThat(Overlay.pod(overlay.deployment()).getInteger("terminationGracePeriodSeconds"))
                    .isGreaterThanOrEqualTo((int) drain.timeout().toSeconds() + 5);
            assertThat(container.containsKey("lifecycle")).isFalse();
            JsonObject ready = container.getJsonObject("readinessProbe");
            assertThat((int) drain.delay().toSeconds())
                    .as("nobody is sent to a pod that goes, once its probe has failed")
                    .isGreaterThan(ready.getInteger("periodSeconds") * ready.getInteger("failureThreshold"));
        }
    }

    @Test
    @DisplayName(
            "about how many streams a pod carries: more than the autoscaler waits for, no more than its memory holds")
    void streams() {
        JsonObject metric = Yamls.list(production.one("HorizontalPodAutoscaler"), "spec.metrics")
                .get(1);
        int target = Integer.parseInt(Yamls.at(metric, "pods.target").getString("averageValue"));
        assertThat(config.upstreams().values()).isNotEmpty().allSatisfy(upstream -> {
            assertThat(upstream.transport().maxConnections())
                    .isGreaterThanOrEqualTo(target * 5 / 4)
                    .isLessThan(upstream.limits().open());
            long heap = mebibytes(Yamls.at(Overlay.container(production.deployment()), "resources.limits")
                            .getString("memory"))
                    * 4
                    / 10;
            assertThat((long) upstream.limits().open() * BYTES_OF_A_STREAM).isLessThan(heap * 1024 * 1024 * 9 / 10);
        });
    }

    @Test
    @DisplayName("about who is in front: the network policy's private networks are those that are trusted")
    void networks() {
        for (String address : List.of("10.1.2.3", "172.31.255.1", "192.168.7.7")) {
            byte[] bytes = Cidr.address(address).orElseThrow();
            assertThat(config.http().trustedProxies()).anyMatch(network -> network.contains(bytes));
            assertThat(privateRule().getJsonArray("to").stream()
                            .map(to -> Cidr.parse(
                                            Yamls.at((JsonObject) to, "ipBlock").getString("cidr"))
                                    .orElseThrow()))
                    .anyMatch(network -> network.contains(bytes));
        }
        byte[] outside = Cidr.address("172.32.0.1").orElseThrow();
        assertThat(config.http().trustedProxies()).noneMatch(network -> network.contains(outside));
    }

    @Test
    @DisplayName("about what the gateway connects to: Redis, Sentinels, the MCP servers, DNS and Cognito")
    void egress() {
        Set<Integer> ports = ports(privateRule());
        assertThat(ports).contains(6379, 26379);
        assertThat(config.upstreams().values())
                .allSatisfy(upstream -> assertThat(upstream.endpoints())
                        .extracting(URI::getPort)
                        .allMatch(ports::contains));
        List<JsonObject> rules = Yamls.list(production.one("NetworkPolicy"), "spec.egress");
        assertThat(rules.get(0).containsKey("to")).as("DNS is anywhere").isFalse();
        assertThat(Yamls.list(rules.get(0), "ports"))
                .extracting(port -> port.getInteger("port") + port.getString("protocol"))
                .containsExactly("53UDP", "53TCP");
        assertThat(ports(rules.get(1))).containsExactly(443);
    }

    @Test
    @DisplayName("about what goes through the ingress controller: the largest body, and heads of the largest size")
    void sizes() throws IOException {
        JsonObject annotations = Yamls.at(production.one("Ingress"), "metadata.annotations");
        String prefix = "nginx.ingress.kubernetes.io/";
        assertThat(config.upstreams().values())
                .allSatisfy(upstream -> assertThat(upstream.limits().maxBodyBytes())
                        .isEqualTo(size(annotations.getString(prefix + "proxy-body-size"))));
        assertThat(size(annotations.getString(prefix + "proxy-buffer-size")))
                .isGreaterThanOrEqualTo(config.http().maxHeaderBytes());
        List<String> guide = Files.readAllLines(Overlay.ROOT.resolve("README.md"));
        MatchResult buffers = Pattern.compile("large-client-header-buffers: \"4 (\\d+k)\"")
                .matcher(String.join("\n", guide))
                .results()
                .findFirst()
                .orElseThrow();
        assertThat(size(buffers.group(1))).isGreaterThanOrEqualTo(config.http().maxHeaderBytes());
    }

    private static JsonObject privateRule() {
        return Yamls.list(production.one("NetworkPolicy"), "spec.egress").get(2);
    }

    private static Set<Integer> ports(JsonObject rule) {
        return Yamls.list(rule, "ports").stream()
                .map(port -> port.getInteger("port"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static int size(String nginx) {
        int number = Integer.parseInt(nginx.substring(0, nginx.length() - 1));
        return nginx.endsWith("k") ? number * 1024 : number * 1024 * 1024;
    }

    private static long mebibytes(String quantity) {
        return quantity.endsWith("Gi")
                ? Long.parseLong(quantity.replace("Gi", "")) * 1024
                : Long.parseLong(quantity.replace("Mi", ""));
    }
}
