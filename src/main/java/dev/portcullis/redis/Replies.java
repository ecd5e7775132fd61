package dev.portcullis.redis;

import io.vertx.redis.client.impl.types.ErrorType;
import java.util.Optional;

/** Reads what servers answer. */
final class Replies {
    private Replies() {}

    static boolean isError(Throwable error, String kind) {
        return error instanceof ErrorType reply && reply.is(kind);
    }

    /** An error reply can quote arguments: its kind is all that may reach a log. */
    static String kind(Throwable error) {
        return error instanceof ErrorType reply
                ? String.valueOf(reply.toString()).split("[ :]", 2)[0]
                : error.getClass().getSimpleName();
    }

    /** A field of what {@code INFO} answers. */
    static Optional<String> field(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).trim())
                .findFirst();
    }
}
