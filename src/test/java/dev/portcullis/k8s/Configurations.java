package dev.portcullis.k8s;

import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;

/** The configurations of the overlays, as a gateway reads them. */
final class Configurations {
    private Configurations() {}

    static GatewayConfig of(Overlay overlay) throws IOException {
        Map<String, String> variables = environment(overlay);
        variables.putAll(secrets());
        return new ConfigReader(variables).read(overlay.file("gateway.yaml"));
    }

    static Map<String, String> environment(Overlay overlay) throws IOException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (JsonObject generator : Yamls.list(overlay.kustomization(), "configMapGenerator")) {
            if (generator.getString("name").equals("portcullis-environment")) {
                generator.getJsonArray("literals").forEach(literal -> add(variables, (String) literal));
            }
        }
        return variables;
    }

    /** Those of the demo; in production other values are under the same names. */
    static Map<String, String> secrets() throws IOException {
        Map<String, String> variables = new LinkedHashMap<>();
        Files.readAllLines(Overlay.ROOT.resolve("overlays/demo/secrets.env.example"))
                .forEach(line -> add(variables, line));
        return variables;
    }

    private static void add(Map<String, String> variables, String line) {
        String[] parts = line.split("=", 2);
        variables.put(parts[0], parts[1]);
    }
}
