package dev.portcullis.oauth.client;

import dev.portcullis.crypto.Digests;
import dev.portcullis.fetch.DocumentUrl;
import dev.portcullis.oauth.RedirectUri;
import dev.portcullis.oauth.Scopes;
import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Optional;

/**
 * A client (RFC 7591 §2).
 *
 * @param id of a client with a metadata document: its address
 * @param name as the client calls itself; anybody may claim any name
 * @param scope what it said it would ask for, which is informative; the most it can be granted where the operator registered it
 * @param keys of a client that authenticates with {@code private_key_jwt}
 */
public record Client(
        String id,
        Registration registration,
        Optional<String> name,
        List<RedirectUri> redirectUris,
        List<String> grantTypes,
        AuthMethod authMethod,
        Optional<String> applicationType,
        Optional<String> clientUri,
        Optional<String> scope,
        Optional<ClientKeys> keys) {

    /** How it came to be known. */
    public enum Registration {
        /** By the operator, in the configuration. */
        MANUAL,
        /** By itself (RFC 7591). */
        DYNAMIC,
        /** By a document at the address that is its id. */
        DOCUMENT
    }

    /** {@code token_endpoint_auth_method}. */
    public enum AuthMethod {
        NONE("none"),
        CLIENT_SECRET_BASIC("client_secret_basic"),
        CLIENT_SECRET_POST("client_secret_post"),
        PRIVATE_KEY_JWT("private_key_jwt");

        private final String value;

        AuthMethod(String value) {
            this.value = value;
        }

        public String value() {
            return value;
        }

        static Optional<AuthMethod> of(String value) {
            for (AuthMethod method : values()) {
                if (method.value.equals(value)) {
                    return Optional.of(method);
                }
            }
            return Optional.empty();
        }
    }

    public boolean isConfidential() {
        return authMethod != AuthMethod.NONE;
    }

    public boolean mayRefresh() {
        return grantTypes.contains("refresh_token");
    }

    /** The host that vouches for this client by serving its metadata document. */
    public Optional<String> documentHost() {
        return registration == Registration.DOCUMENT
                ? Optional.of(DocumentUrl.parse(id, true).displayHost())
                : Optional.empty();
    }

    /** Whether somebody vouches for its name and its redirect URIs. */
    public boolean isTrusted() {
        return registration == Registration.MANUAL;
    }

    /** What of these scopes it can be granted. */
    public Scopes bound(Scopes wanted) {
        return isTrusted()
                ? scope.flatMap(Scopes::parse)
                        .map(most -> wanted.intersect(most.tokens()))
                        .orElse(wanted)
                : wanted;
    }

    /** The name, or what stands for it where there is none. */
    public String displayName() {
        return name.orElse("An application without a name");
    }

    /** A digest that changes with anything of its metadata; 43 characters. */
    public String digest() {
        JsonArray redirects =
                new JsonArray(redirectUris.stream().map(RedirectUri::value).toList());
        return Digests.sha256(new JsonArray()
                .add(id)
                .add(registration.name())
                .add(name.orElse(""))
                .add(redirects)
                .add(new JsonArray(grantTypes))
                .add(authMethod.value())
                .add(applicationType.orElse(""))
                .add(clientUri.orElse(""))
                .add(scope.orElse(""))
                .add(keys.map(ClientKeys::toString).orElse(""))
                .encode());
    }

    /** Whether it may be answered there (OAuth 2.1 §2.3.1). */
    public boolean allows(String requested) {
        return redirectUris.stream().anyMatch(registered -> registered.matches(requested));
    }
}
