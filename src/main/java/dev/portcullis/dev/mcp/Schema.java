package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** JSON Schema 2020-12 for the tools' arguments and results. */
final class Schema {
    private Schema() {}

    static JsonObject type(String type, String description) {
        return new JsonObject().put("type", type).put("description", description);
    }

    /** An object with these properties and no others. */
    static JsonObject object(JsonObject properties, List<String> required) {
        return new JsonObject()
                .put("type", "object")
                .put("properties", properties)
                .put("required", new JsonArray(required))
                .put("additionalProperties", false);
    }

    /** The definition of a tool that changes nothing and reaches nothing outside itself. */
    static JsonObject readOnlyTool(String name, String title, String description, JsonObject inputSchema) {
        return new JsonObject()
                .put("name", name)
                .put("title", title)
                .put("description", description)
                .put("inputSchema", inputSchema)
                .put("annotations", new JsonObject().put("readOnlyHint", true).put("openWorldHint", false));
    }
}
