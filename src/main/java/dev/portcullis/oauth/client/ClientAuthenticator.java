package dev.portcullis.oauth.client;

import dev.portcullis.http.Parameters;
import dev.portcullis.oauth.OAuthError;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Client authentication at the token endpoint (RFC 6749 §2.3, §3.2.1, RFC 7523 §2.2). A confidential client may use either place for its secret, whichever
 * one it registered: clients in the field mix them up, and neither is weaker than the other.
 */
public final class ClientAuthenticator {
    private final Clients clients;
    private final ClientAssertionVerifier assertions;

    public ClientAuthenticator(Clients clients, ClientAssertionVerifier assertions) {
        this.clients = clients;
        this.assertions = assertions;
    }

    private record Credentials(String clientId, Optional<String> secret, Optional<ClientAssertion> assertion) {}

    /**
     * Fails with {@link OAuthError} {@code invalid_request} or {@code invalid_client}, which makes a client register again, or with
     * {@link dev.portcullis.outage.Outage}.
     */
    public Future<Client> authenticate(HttpServerRequest request, Parameters form) {
        Credentials credentials = credentials(Optional.ofNullable(request.getHeader("Authorization")), form);
        return clients.find(credentials.clientId())
                .map(found -> found.orElseThrow(() -> invalidClient("this client is not known here, register again")))
                .compose(client -> authenticate(client, credentials))
                .recover(failure -> Future.failedFuture(
                        failure instanceof ClientDocumentProblem problem ? problem.asProtocolError() : failure));
    }

    /** Who the client says it is, which is not shown by that. */
    public static Optional<String> claimed(HttpServerRequest request, Parameters form) {
        try {
            return Optional.of(credentials(Optional.ofNullable(request.getHeader("Authorization")), form)
                    .clientId());
        } catch (OAuthError unclear) {
            return form.get("client_id");
        }
    }

    private Future<Client> authenticate(Client client, Credentials credentials) {
        if (client.authMethod() == Client.AuthMethod.PRIVATE_KEY_JWT) {
            return assertions.verify(
                    client,
                    credentials
                            .assertion()
                            .orElseThrow(() -> invalidClient(
                                    "this client must authenticate with a client_assertion (private_key_jwt)")));
        }
        if (credentials.assertion().isPresent()) {
            throw invalidClient("this client has no keys to verify a client assertion with");
        }
        return Future.succeededFuture(withSecret(client, credentials));
    }

    private Client withSecret(Client client, Credentials credentials) {
        if (!client.isConfidential()) {
            // A secret that was never issued is ignored: some public clients send an empty or left-over one.
            return client;
        }
        String secret =
                credentials.secret().orElseThrow(() -> invalidClient("this client must authenticate with its secret"));
        if (!clients.isSecretOf(client, secret)) {
            throw invalidClient("the client secret is wrong");
        }
        return client;
    }

    private static Credentials credentials(Optional<String> header, Parameters form) {
        Optional<String> inForm = form.get("client_id");
        Optional<String> formSecret = form.get("client_secret");
        if (form.get("client_assertion").isPresent()) {
            return assertion(form, inForm, header.isPresent() || formSecret.isPresent());
        }
        if (header.isEmpty()) {
            return new Credentials(
                    inForm.orElseThrow(() -> OAuthError.invalidRequest("client_id is missing")),
                    formSecret,
                    Optional.empty());
        }
        if (formSecret.isPresent()) {
            throw OAuthError.invalidRequest("the client authenticated in two ways at once");
        }
        Credentials basic = basic(header.get());
        if (inForm.filter(id -> !id.equals(basic.clientId())).isPresent()) {
            throw OAuthError.invalidRequest("client_id differs from the one in the Authorization header");
        }
        return basic;
    }

    /** RFC 7521 §4.2: the assertion says who the client is; client_id may be left out, and must not say otherwise. */
    private static Credentials assertion(Parameters form, Optional<String> inForm, boolean another) {
        if (another) {
            throw OAuthError.invalidRequest("the client authenticated in two ways at once");
        }
        String type = form.get("client_assertion_type")
                .orElseThrow(() -> OAuthError.invalidRequest("client_assertion_type is missing"));
        ClientAssertion assertion =
                ClientAssertion.parse(type, form.get("client_assertion").orElseThrow());
        if (inForm.filter(id -> !id.equals(assertion.subject())).isPresent()) {
            throw invalidClient("client_id differs from the subject of the client assertion");
        }
        return new Credentials(assertion.subject(), Optional.empty(), Optional.of(assertion));
    }

    /** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
    private static Credentials basic(String header) {
        if (!header.toLowerCase(Locale.ROOT).startsWith("basic ")) {
            throw invalidClient("the Authorization header must use the Basic scheme");
        }
        try {
            String pair = new String(
                    Base64.getDecoder()
                            .decode(header.substring("basic ".length()).trim()),
                    StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon < 0) {
                throw invalidClient("the Authorization header holds no id and secret");
            }
            return new Credentials(
                    formDecode(pair.substring(0, colon)),
                    Optional.of(formDecode(pair.substring(colon + 1))).filter(s -> !s.isEmpty()),
                    Optional.empty());
        } catch (IllegalArgumentException e) {
            throw invalidClient("the Authorization header is not well-formed");
        }
    }

    private static String formDecode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static OAuthError invalidClient(String description) {
        return new OAuthError(OAuthError.Code.INVALID_CLIENT, description);
    }
}
