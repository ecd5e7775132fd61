package dev.portcullis.oauth.client;

import dev.portcullis.config.ConfigException;
import dev.portcullis.config.PreRegisteredClient;
import dev.portcullis.config.Problem;
import dev.portcullis.config.Secret;
import dev.portcullis.crypto.Digests;
import dev.portcullis.fetch.DocumentUrl;
import dev.portcullis.fetch.FetchProblem;
import dev.portcullis.oauth.RedirectUri;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The clients that the operator registered: the only ones whose names somebody vouches for. */
final class PreRegisteredClients {
    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final Map<String, Secret> secrets = new LinkedHashMap<>();

    private final boolean loopback;

    /** @param loopback whether key sets may be on this machine, for development */
    PreRegisteredClients(Map<String, PreRegisteredClient> configured, boolean loopback) {
        this.loopback = loopback;
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

    private Client client(String id, PreRegisteredClient client) {
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
                keys(id, client));
    }

    /** Throws {@link ConfigException} for keys that cannot be used, which the configuration alone cannot tell. */
    private Optional<ClientKeys> keys(String id, PreRegisteredClient client) {
        try {
            return client.jwksUri()
                    .<ClientKeys>map(address -> new ClientKeys.At(DocumentUrl.parse(address, loopback)))
                    .or(() -> client.jwks().map(set -> new ClientKeys.Listed(KeySetReader.read("clients." + id, set))));
        } catch (FetchProblem problem) {
            throw unusable(id, "jwksUri", problem.reason());
        } catch (ClientDocumentProblem problem) {
            throw unusable(id, "jwks", String.valueOf(problem.getMessage()));
        }
    }

    private static ConfigException unusable(String id, String key, String reason) {
        return new ConfigException("clients", List.of(new Problem("clients." + id + "." + key, reason)));
    }
}
