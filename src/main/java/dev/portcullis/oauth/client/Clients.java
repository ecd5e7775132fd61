package dev.portcullis.oauth.client;

import dev.portcullis.crypto.Digests;
import io.vertx.core.Future;
import java.util.Optional;

/** Every way to be a client, told apart by the shape of the {@code client_id}. Asked anew at each step of a flow, so that what changed counts at once. */
public final class Clients {
    private final ClientIdCodec dynamic;

    public Clients(ClientIdCodec dynamic) {
        this.dynamic = dynamic;
    }

    /** Empty for a client that is not known here; fails with {@link dev.portcullis.outage.Outage} where that cannot be told now. */
    public Future<Optional<Client>> find(String clientId) {
        return Future.succeededFuture(dynamic.decode(clientId));
    }

    /** Whether {@code secret} is the one of this confidential client. */
    boolean isSecretOf(Client client, String secret) {
        return Digests.equal(dynamic.secretOf(client), secret);
    }
}
