package dev.portcullis.oauth.client;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.fetch.FetchProblem;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.RedirectUri;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * Reads a client metadata document (MCP 2026-07-28 authorization, "Client ID Metadata Documents"; draft-ietf-oauth-client-id-metadata-document).
 * What it says about redirect URIs, grant types and names is held to the rules of a registration request.
 */
final class ClientDocument {
    // The size of the whole bounds the number.
    private static final int MAX_REDIRECT_URIS = 100;
    private static final String AUTH_METHOD = "token_endpoint_auth_method";

    private final ClientMetadata metadata;
    private final DocumentTrust trust;

    ClientDocument(GatewayConfig config, DocumentTrust trust) {
        this.metadata = new ClientMetadata(new GatewayConfig.Registration(
                true,
                config.clientDocuments().maxDocumentBytes(),
                MAX_REDIRECT_URIS,
                config.registration().privateUseSchemes()));
        this.trust = trust;
    }

    /** Throws {@link ClientDocumentProblem}. */
    Client read(String address, String text) {
        JsonObject document;
        try {
            document = new JsonObject(text);
        } catch (DecodeException | ClassCastException e) {
            throw ClientDocumentProblem.invalid(address, "is not a JSON object");
        }
        // RFC 3986 §6.2.1, simple string comparison: whoever serves this address says that it is this client.
        if (!address.equals(document.getValue("client_id"))) {
            throw ClientDocumentProblem.invalid(address, "names a client_id that is not its own address");
        }
        if (document.containsKey("client_secret") || document.containsKey("client_secret_expires_at")) {
            throw ClientDocumentProblem.invalid(address, "holds a client_secret, which everybody could read there");
        }
        try {
            Client.AuthMethod method = authMethod(address, document);
            JsonObject read = metadata.read(document.copy().put(AUTH_METHOD, Client.AuthMethod.NONE.value()));
            if (!read.containsKey("client_name")) {
                throw ClientDocumentProblem.invalid(address, "has no client_name");
            }
            return client(address, read, method, keys(address, document, method));
        } catch (OAuthError error) {
            throw ClientDocumentProblem.invalid(address, "is not valid: " + error.description());
        }
    }

    private static Client.AuthMethod authMethod(String address, JsonObject document) {
        Object value = document.getValue(AUTH_METHOD, Client.AuthMethod.NONE.value());
        for (Client.AuthMethod method :
                new Client.AuthMethod[] {Client.AuthMethod.NONE, Client.AuthMethod.PRIVATE_KEY_JWT}) {
            if (method.value().equals(value)) {
                return method;
            }
        }
        throw ClientDocumentProblem.invalid(
                address, "has a token_endpoint_auth_method other than none and private_key_jwt");
    }

    private Optional<ClientKeys> keys(String address, JsonObject document, Client.AuthMethod method) {
        if (method != Client.AuthMethod.PRIVATE_KEY_JWT) {
            return Optional.empty();
        }
        Object listed = document.getValue("jwks");
        Object elsewhere = document.getValue("jwks_uri");
        if (listed instanceof JsonObject set && elsewhere == null) {
            return Optional.of(new ClientKeys.Listed(KeySetReader.read(address, set.encode())));
        }
        if (elsewhere instanceof String uri && listed == null) {
            try {
                return Optional.of(new ClientKeys.At(trust.keySet(uri)));
            } catch (FetchProblem problem) {
                throw ClientDocumentProblem.invalid(address, "names a jwks_uri that " + problem.reason());
            }
        }
        // RFC 7591 §2: never both.
        throw ClientDocumentProblem.invalid(address, "needs either jwks or jwks_uri for private_key_jwt");
    }

    private static Client client(
            String address, JsonObject metadata, Client.AuthMethod method, Optional<ClientKeys> keys) {
        return new Client(
                address,
                Client.Registration.DOCUMENT,
                Optional.of(metadata.getString("client_name")),
                strings(metadata.getJsonArray("redirect_uris")).stream()
                        .map(RedirectUri::new)
                        .toList(),
                strings(metadata.getJsonArray("grant_types")),
                method,
                Optional.ofNullable(metadata.getString("application_type")),
                Optional.ofNullable(metadata.getString("client_uri")),
                Optional.ofNullable(metadata.getString("scope")),
                keys);
    }

    private static List<String> strings(JsonArray array) {
        return array.stream().map(String.class::cast).toList();
    }
}
