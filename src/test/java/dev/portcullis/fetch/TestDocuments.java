package dev.portcullis.fetch;

import dev.portcullis.config.ClientDocuments;
import dev.portcullis.config.ConfigReader;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;

/** The section {@code clientDocuments}, read as from a file. */
final class TestDocuments {
    private TestDocuments() {}

    static ClientDocuments config(JsonObject section) {
        JsonObject yaml = new JsonObject()
                .put("publicUrl", "http://localhost:1")
                .put(
                        "cognito",
                        new JsonObject()
                                .put("issuer", "http://localhost:2/pool")
                                .put("domain", "http://localhost:2")
                                .put("clientId", "app"))
                .put("keys", new JsonObject().put("directory", "keys"))
                .put("upstreams", new JsonObject().put("demo", new JsonObject().put("url", "http://localhost:3/mcp")))
                .put("clientDocuments", section);
        return new ConfigReader(Map.of())
                .read("a test's configuration", yaml.encode(), Path.of(""))
                .clientDocuments();
    }
}
