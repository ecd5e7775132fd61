package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;

/**
 * Says whom the gateway announced, and whether a credential of the caller slipped through. It says only that one came,
 * never what it was: tool results end up in transcripts.
 */
final class WhoamiTool implements Tool {
    private static final int LONGEST_VALUE = 1024;
    private static final int MOST_GROUPS = 100;

    @Override
    public String name() {
        return "whoami";
    }

    @Override
    public JsonObject definition() {
        var output = new JsonObject()
                .put("user", Schema.type("string", "X-Forwarded-User: the subject of the access token."))
                .put("email", Schema.type("string", "X-Forwarded-Email."))
                .put(
                        "groups",
                        Schema.type("array", "X-Forwarded-Groups, split at its commas.")
                                .put("items", new JsonObject().put("type", "string")))
                .put("client", Schema.type("string", "X-Forwarded-Client: the OAuth client that calls."))
                .put("authorizationReceived", Schema.type("boolean", "An Authorization header came through."))
                .put("cookieReceived", Schema.type("boolean", "A Cookie header came through."))
                .put("protocolVersion", Schema.type("string", "The MCP revision this call was made in."));
        return Schema.readOnlyTool(
                        name(),
                        "Who am I",
                        "Returns the identity that the gateway passed on, and whether it kept the caller's credentials"
                                + " to itself.",
                        Schema.object(new JsonObject(), List.of()))
                .put(
                        "outputSchema",
                        Schema.object(
                                output,
                                List.of("groups", "authorizationReceived", "cookieReceived", "protocolVersion")));
    }

    @Override
    public Future<Result> call(Call call) {
        call.arguments().only();
        var headers = call.headers();
        var identity = new JsonObject();
        put(identity, "user", headers, "X-Forwarded-User");
        put(identity, "email", headers, "X-Forwarded-Email");
        identity.put("groups", groups(headers));
        put(identity, "client", headers, "X-Forwarded-Client");
        return Future.succeededFuture(
                Result.structured(identity.put("authorizationReceived", headers.contains("Authorization"))
                        .put("cookieReceived", headers.contains("Cookie"))
                        .put("protocolVersion", call.protocolVersion())));
    }

    private static void put(JsonObject identity, String member, MultiMap headers, String header) {
        var value = headers.get(header);
        if (value != null && !value.isBlank()) {
            identity.put(member, cut(value.strip()));
        }
    }

    private static JsonArray groups(MultiMap headers) {
        return new JsonArray(headers.getAll("X-Forwarded-Groups").stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .filter(group -> !group.isEmpty())
                .limit(MOST_GROUPS)
                .map(WhoamiTool::cut)
                .toList());
    }

    private static String cut(String value) {
        return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE);
    }
}
