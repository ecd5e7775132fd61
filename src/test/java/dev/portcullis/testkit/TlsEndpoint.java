package dev.portcullis.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SelfSignedCertificate;
import java.nio.file.Path;

/** TLS in front of a server on this machine; asks for a client certificate and refuses whoever has none. */
public final class TlsEndpoint implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final SelfSignedCertificate server = SelfSignedCertificate.create("localhost");
    private final SelfSignedCertificate client = SelfSignedCertificate.create("gateway");
    private final NetServer endpoint;

    private TlsEndpoint(int target) {
        endpoint = World.await(vertx.createNetServer(new NetServerOptions()
                        .setHost("localhost")
                        .setPort(0)
                        .setSsl(true)
                        .setKeyCertOptions(server.keyCertOptions())
                        .setTrustOptions(client.trustOptions())
                        .setClientAuth(ClientAuth.REQUIRED))
                .connectHandler(socket -> connect(socket, target))
                .listen());
    }

    public static TlsEndpoint inFrontOf(int port) {
        return new TlsEndpoint(port);
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

    public int port() {
        return endpoint.actualPort();
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
