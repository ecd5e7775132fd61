package dev.portcullis.mcp.upstream;

import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Tells connections that have been idle for too long. A server closes idle connections when it likes to, and a request that crosses with that
 * is lost for good, for it may have been read (RFC 9112 §9.6). So a connection has to be given up before the server does: the client library
 * waits for as long as the server says, which is just too late. Belongs to one event loop.
 */
final class Freshness {
    private final Map<HttpConnection, Use> lastUse = new IdentityHashMap<>();
    private final long limit;

    /** Changed in place, with every request. */
    private static final class Use {
        private long end = System.nanoTime();
    }

    Freshness(Duration limit) {
        this.limit = limit.toNanos();
    }

    void opened(HttpConnection connection) {
        lastUse.put(connection, new Use());
        connection.closeHandler(closed -> lastUse.remove(connection));
    }

    void used(HttpConnection connection) {
        Use use = lastUse.get(connection);
        if (use != null) {
            use.end = System.nanoTime();
        }
    }

    boolean isStale(HttpConnection connection) {
        Use use = lastUse.get(connection);
        return use != null && System.nanoTime() - use.end > limit;
    }
}
