package dev.portcullis.oauth.metadata;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.http.Answers;
import dev.portcullis.http.Cors;
import dev.portcullis.oauth.Scopes;
import dev.portcullis.oauth.client.AssertionAlgorithms;
import dev.portcullis.oauth.client.Client;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The documents, built from the configured public URL and never from what a request says about its host. */
public final class MetadataDocuments {
    private final GatewayConfig config;
    private final KeyRing keys;

    public MetadataDocuments(GatewayConfig config, KeyRing keys) {
        this.config = config;
        this.keys = keys;
    }

    /** {@code GET /.well-known/oauth-authorization-server}. */
    public void authorizationServer(HttpServerRequest request) {
        publish(request, authorizationServer());
    }

    /** {@code GET /.well-known/oauth-protected-resource/{name}/mcp}: one document a resource (RFC 9728 §3.3). */
    public void protectedResource(HttpServerRequest request, GatewayConfig.Upstream upstream) {
        publish(request, protectedResource(upstream));
    }

    /** {@code GET /.well-known/jwks.json}. */
    public void jwks(HttpServerRequest request) {
        publish(request, new JsonObject(keys.publicKeys().toJSONObject()));
    }

    private JsonObject authorizationServer() {
        String issuer = config.publicUrl();
        List<String> scopes = Stream.concat(
                        config.upstreams().values().stream().flatMap(upstream -> upstream.offeredScopes().stream()),
                        Stream.of(Scopes.OFFLINE_ACCESS))
                .distinct()
                .toList();
        JsonObject document = new JsonObject()
                .put("issuer", issuer)
                .put("authorization_endpoint", issuer + "/authorize")
                .put("token_endpoint", issuer + "/token")
                .put("revocation_endpoint", issuer + "/revoke")
                .put("revocation_endpoint_auth_methods_supported", new JsonArray(authMethods()))
                .put("jwks_uri", issuer + "/.well-known/jwks.json")
                .put("response_types_supported", array("code"))
                .put("response_modes_supported", array("query"))
                .put("grant_types_supported", array("authorization_code", "refresh_token"))
                .put("token_endpoint_auth_methods_supported", new JsonArray(authMethods()))
                .put("code_challenge_methods_supported", array("S256"))
                .put("scopes_supported", new JsonArray(scopes))
                .put("authorization_response_iss_parameter_supported", true)
                .put("protected_resources", new JsonArray(resources()));
        if (config.clientDocuments().enabled()) {
            document.put("client_id_metadata_document_supported", true);
        }
        if (clientsMayHaveKeys()) {
            JsonArray algorithms = new JsonArray(AssertionAlgorithms.names());
            // RFC 8414 §2: must be there where private_key_jwt is.
            document.put("token_endpoint_auth_signing_alg_values_supported", algorithms)
                    .put("revocation_endpoint_auth_signing_alg_values_supported", algorithms);
        }
        if (config.registration().enabled()) {
            document.put("registration_endpoint", issuer + "/register");
        }
        return document;
    }

    private JsonObject protectedResource(GatewayConfig.Upstream upstream) {
        return new JsonObject()
                .put("resource", upstream.resource())
                .put("authorization_servers", array(config.publicUrl()))
                .put("scopes_supported", new JsonArray(upstream.scopes()))
                .put("bearer_methods_supported", array("header"))
                .put("resource_name", upstream.displayName());
    }

    private List<String> resources() {
        Collection<GatewayConfig.Upstream> upstreams = config.upstreams().values();
        return upstreams.stream().map(GatewayConfig.Upstream::resource).toList();
    }

    private List<String> authMethods() {
        return Arrays.stream(Client.AuthMethod.values())
                .filter(method -> method != Client.AuthMethod.PRIVATE_KEY_JWT || clientsMayHaveKeys())
                .map(Client.AuthMethod::value)
                .toList();
    }

    private boolean clientsMayHaveKeys() {
        return config.clientDocuments().enabled()
                || config.clients().values().stream()
                        .anyMatch(client -> client.authMethod().equals(Client.AuthMethod.PRIVATE_KEY_JWT.value()));
    }

    private static void publish(HttpServerRequest request, JsonObject document) {
        Cors.open(request);
        // Minutes: long enough to spare us a login storm's questions, short enough for a new key or upstream.
        request.response().putHeader("Cache-Control", "public, max-age=300");
        Answers.publicJson(request, 200, document);
    }

    private static JsonArray array(String... values) {
        return new JsonArray(List.of(values));
    }
}
