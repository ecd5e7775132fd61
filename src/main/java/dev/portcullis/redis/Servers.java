package dev.portcullis.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/** Takes commands to the server that holds their keys. Event-loop confined but for {@link #isUp}. */
interface Servers {
    /** Completes when the first attempt to connect has succeeded or failed; trying goes on by itself. */
    Future<Void> start();

    /** Whether every key can be reached. */
    boolean isUp();

    /**
     * Fails with an {@link dev.portcullis.outage.Outage} where the server is away, a {@link java.util.concurrent.TimeoutException} where it
     * does not answer, or the error that it answered.
     *
     * @param slot of the keys that are named
     */
    Future<Response> send(int slot, Request request);

    Future<Void> close();
}
