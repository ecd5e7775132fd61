package dev.portcullis.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SelfSignedCertificate;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** TLS in front of servers on this machine; asks for a client certificate and refuses whoever has none. */
public final class TlsEndpoint implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final SelfSignedCertificate server = SelfSignedCertificate.create("localhost");
    private final SelfSignedCertificate client = SelfSignedCertificate.create("gateway");
    // By the port of the server behind.
    private final Map<Integer, NetServer> endpoints = new LinkedHashMap<>();

    private TlsEndpoint() {}

    /** In front of nothing so far. */
    public static TlsEndpoint create() {
        return new TlsEndpoint();
    }

    public static TlsEndpoint inFrontOf(int port) {
        TlsEndpoint endpoint = create();
        endpoint.portFor(port);
        return endpoint;
    }

    /** The port in front of another server, with the same certificates. */
    public int portFor(int server) {
        return endpoints.computeIfAbsent(server, this::listen).actualPort();
    }

    private NetServer listen(int target) {
        return World.await(vertx.createNetServer(new NetServerOptions()
                        .setHost("localhost")
                        .setPort(0)
                        .setSsl(true)
                        .setKeyCertOptions(server.keyCertOptions())
                        .setTrustOptions(client.trustOptions())
                        .setClientAuth(ClientAuth.REQUIRED))
                .connectHandler(socket -> connect(socket, target))
                .listen());
    }

    private void connect(NetSocket socket, int target) {
        socket.pause();
        vertx.createNetClient()
                .connect(target, "127.0.0.1")
                .onSuccess(behind -> {
                    socket.pipeTo(behind);
                    behind.pipeTo(socket);
                })
                .onFailure(refused -> socket.close());
    }

    /** In front of the first server. */
    public int port() {
        return endpoints.values().iterator().next().actualPort();
    }

    /** Of the only certificate to be believed. */
    public Path ca() {
        return Path.of(server.certificatePath());
    }

    public Path clientCertificate() {
        return Path.of(client.certificatePath());
    }

    public Path clientKey() {
        return Path.of(client.privateKeyPath());
    }

    @Override
    public void close() {
        World.await(vertx.close());
        server.delete();
        client.delete();
    }
}
