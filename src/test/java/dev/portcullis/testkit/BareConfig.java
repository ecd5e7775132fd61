package dev.portcullis.testkit;

import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;

/** The least that a configuration has to say, for tests of one part of a gateway that has nobody around it. */
public final class BareConfig {
    private BareConfig() {}

    /** @param sections that the test is about */
    public static GatewayConfig with(JsonObject sections) {
        JsonObject yaml = new JsonObject()
                .put("publicUrl", "http://localhost:7000")
                .put(
                        "cognito",
                        new JsonObject()
                                .put("issuer", "http://localhost:7001/pool")
                                .put("domain", "http://localhost:7001")
                                .put("clientId", "app"))
                .put("keys", new JsonObject().put("directory", "none"))
                .put(
                        "upstreams",
                        new JsonObject().put("demo", new JsonObject().put("url", "http://localhost:7002/mcp")))
                .mergeIn(sections);
        return new ConfigReader(Map.of()).read("a test's configuration", yaml.encode(), Path.of(""));
    }

    /** @param redis that section */
    public static GatewayConfig.Redis redis(JsonObject redis) {
        return with(new JsonObject().put("redis", redis)).redis();
    }
}
