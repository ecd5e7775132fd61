package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Says back what it is told. */
final class EchoTool implements Tool {
    @Override
    public String name() {
        return "echo";
    }

    @Override
    public JsonObject definition() {
        return Schema.readOnlyTool(
                name(),
                "Echo",
                "Returns the message unchanged.",
                Schema.object(
                        new JsonObject().put("message", Schema.type("string", "What to say back.")),
                        List.of("message")));
    }

    @Override
    public Future<Result> call(Call call) {
        call.arguments().only("message");
        return Future.succeededFuture(Result.text(call.arguments().string("message")));
    }
}
