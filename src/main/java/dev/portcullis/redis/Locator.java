package dev.portcullis.redis;

import dev.portcullis.config.RedisAddress.Server;
import io.vertx.core.Future;

/** Finds the server to connect to; asked anew for each attempt, because a failover moves it. */
interface Locator {
    Future<Server> locate();

    /** Whether the answer can change while a connection to the one before still works. */
    default boolean changes() {
        return false;
    }

    /** From now on, and until it is closed, tells when the answer may be another one, as far as that can be heard. */
    default void watch(Runnable changed) {}

    default void close() {}
}
