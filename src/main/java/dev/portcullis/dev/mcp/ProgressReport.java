package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonObject;

/** The progress notification; the same in all revisions. */
final class ProgressReport {
    private ProgressReport() {}

    static JsonObject of(Object token, int progress, int total, String message) {
        return Answers.notification(
                "notifications/progress",
                new JsonObject()
                        .put("progressToken", token)
                        .put("progress", progress)
                        .put("total", total)
                        .put("message", message));
    }
}
