package dev.portcullis.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** Closes an HTTP/1 connection at once: the usual way first writes what is left, which a peer that does not read puts off for ever. */
public final class Disconnect {
    private Disconnect() {}

    public static void now(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            base.channelHandlerContext().close();
        } else {
            connection.close();
        }
    }
}
