package dev.portcullis.oauth.client;

import dev.portcullis.config.PreRegisteredClient;
import dev.portcullis.config.Secret;
import dev.portcullis.crypto.Digests;
import dev.portcullis.oauth.RedirectUri;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The clients that the operator registered: the only ones whose names somebody vouches for. */
final class PreRegisteredClients {
    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final Map<String, Secret> secrets = new LinkedHashMap<>();

    PreRegisteredClients(Map<String, PreRegisteredClient> configured) {
        configured.forEach((id, client) -> {
            clients.put(id, client(id, client));
            client.secret().ifPresent(secret -> secrets.put(id, secret));
        });
    }

    Optional<Client> find(String clientId) {
        return Optional.ofNullable(clients.get(clientId));
    }

    boolean isSecretOf(Client client, String secret) {
        return Optional.ofNullable(secrets.get(client.id()))
                .filter(own -> Digests.equal(own.reveal(), secret))
                .isPresent();
    }

    private static Client client(String id, PreRegisteredClient client) {
        return new Client(
                id,
                Client.Registration.MANUAL,
                Optional.of(client.name()),
                client.redirectUris().stream().map(RedirectUri::new).toList(),
                List.of("authorization_code", "refresh_token"),
                Client.AuthMethod.of(client.authMethod()).orElseThrow(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(String.join(" ", client.scopes())).filter(scope -> !scope.isEmpty()),
                Optional.empty());
    }
}
