package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonObject;

/** What the server says about itself. */
final class Identity {
    static final String INSTRUCTIONS =
            "A demo server: echo and add show plain calls, whoami what the gateway passes on,"
                    + " countdown a long call with progress and cancellation.";

    private Identity() {}

    static JsonObject implementation() {
        return new JsonObject()
                .put("name", "portcullis-demo")
                .put("title", "Portcullis demo server")
                .put("version", "1.0.0");
    }

    /** The list never changes while the server runs; a stream that would say so can be opened all the same. */
    static JsonObject capabilities() {
        return new JsonObject().put("tools", new JsonObject().put("listChanged", true));
    }
}
