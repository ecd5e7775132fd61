package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** One tool of the demo server. */
interface Tool {
    String name();

    /** The tool's entry in {@code tools/list}. */
    JsonObject definition();

    /** Whether it takes long, so that its answer is a stream even when nobody asked for progress. */
    default boolean takesLong() {
        return false;
    }

    /**
     * Runs the tool. Throws {@link Arguments.InvalidArguments} at once for bad arguments; the future fails with
     * {@link java.util.concurrent.CancellationException} if the call was cancelled.
     */
    Future<Result> call(Call call);

    /**
     * One call of a tool.
     *
     * @param headers the headers of the HTTP request that carried the call
     * @param protocolVersion the revision the caller speaks
     */
    record Call(
            Arguments arguments,
            MultiMap headers,
            String protocolVersion,
            Progress progress,
            Cancellation cancellation) {}

    /** Where a tool says how far it is; goes nowhere if the caller gave no progress token. */
    @FunctionalInterface
    interface Progress {
        void report(int progress, int total, String message);
    }

    /** What a tool found out. */
    record Result(String text, Optional<JsonObject> structured) {
        static Result text(String text) {
            return new Result(text, Optional.empty());
        }

        /** The text is the same as JSON, for clients that read only text (MCP 2026-07-28 tools, "Structured Content"). */
        static Result structured(JsonObject content) {
            return new Result(content.encodePrettily(), Optional.of(content));
        }
    }
}
