package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Adds two numbers, exactly. */
final class AddTool implements Tool {
    @Override
    public String name() {
        return "add";
    }

    @Override
    public JsonObject definition() {
        return Schema.readOnlyTool(
                name(),
                "Add",
                "Returns the sum of two numbers.",
                Schema.object(
                        new JsonObject()
                                .put("a", Schema.type("number", "The first number."))
                                .put("b", Schema.type("number", "The second number.")),
                        List.of("a", "b")));
    }

    @Override
    public Future<Result> call(Call call) {
        var arguments = call.arguments();
        arguments.only("a", "b");
        var sum = arguments.number("a").add(arguments.number("b"));
        return Future.succeededFuture(Result.text(sum.stripTrailingZeros().toPlainString()));
    }
}
