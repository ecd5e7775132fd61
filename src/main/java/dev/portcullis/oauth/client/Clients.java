package dev.portcullis.oauth.client;

import dev.portcullis.crypto.Digests;
import io.vertx.core.Future;
import java.util.Optional;

/** Every way to be a client, told apart by the shape of the {@code client_id}. Asked anew at each step of a flow, so that what changed counts at once. */
public final class Clients {
    private final ClientIdCodec dynamic;
    private final Optional<ClientMetadataDocuments> documents;

    /** @param documents none where they are switched off */
    public Clients(ClientIdCodec dynamic, Optional<ClientMetadataDocuments> documents) {
        this.dynamic = dynamic;
        this.documents = documents;
    }

    /**
     * Empty for a client that is not known here; fails with {@link ClientDocumentProblem} for one whose document cannot be used, and with
     * {@link dev.portcullis.outage.Outage}.
     */
    public Future<Optional<Client>> find(String clientId) {
        boolean isAddress = clientId.startsWith("https://") || clientId.startsWith("http://");
        return isAddress && documents.isPresent()
                ? documents.get().find(clientId).map(Optional::of)
                : Future.succeededFuture(dynamic.decode(clientId));
    }

    /** Whether {@code secret} is the one of this confidential client. */
    boolean isSecretOf(Client client, String secret) {
        return Digests.equal(dynamic.secretOf(client), secret);
    }
}
