package dev.portcullis.oauth.client;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Digests;
import dev.portcullis.token.DeniedClients;
import io.vertx.core.Future;
import java.util.Optional;

/** Every way to be a client, told apart by the shape of the {@code client_id}. Asked anew at each step of a flow, so that what changed counts at once. */
public final class Clients {
    private final DeniedClients denied;
    private final PreRegisteredClients preRegistered;
    private final ClientIdCodec dynamic;
    private final Optional<ClientMetadataDocuments> documents;

    /** @param documents none where they are switched off */
    public Clients(
            GatewayConfig config,
            DeniedClients denied,
            ClientIdCodec dynamic,
            Optional<ClientMetadataDocuments> documents) {
        this.denied = denied;
        this.preRegistered = new PreRegisteredClients(
                config.clients(), config.clientDocuments().loopback());
        this.dynamic = dynamic;
        this.documents = documents;
    }

    /**
     * Empty for a client that is not known here, or that the operator denied; fails with {@link ClientDocumentProblem} for one whose document
     * cannot be used, and with {@link dev.portcullis.outage.Outage}.
     */
    public Future<Optional<Client>> find(String clientId) {
        if (isDenied(clientId)) {
            return Future.succeededFuture(Optional.empty());
        }
        boolean isAddress = clientId.startsWith("https://") || clientId.startsWith("http://");
        return isAddress && documents.isPresent()
                ? documents.get().find(clientId).map(Optional::of)
                : Future.succeededFuture(preRegistered.find(clientId).or(() -> dynamic.decode(clientId)));
    }

    /** Whether the operator switched it off, of whatever kind it is. */
    public boolean isDenied(String clientId) {
        return denied.isDenied(clientId);
    }

    /** Whether {@code secret} is the one of this confidential client. */
    boolean isSecretOf(Client client, String secret) {
        return client.registration() == Client.Registration.MANUAL
                ? preRegistered.isSecretOf(client, secret)
                : Digests.equal(dynamic.secretOf(client), secret);
    }
}
