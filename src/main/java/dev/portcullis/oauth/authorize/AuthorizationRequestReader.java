package dev.portcullis.oauth.authorize;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Digests;
import dev.portcullis.http.Parameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.RedirectUri;
import dev.portcullis.oauth.ResourceIndicator;
import dev.portcullis.oauth.Scopes;
import dev.portcullis.oauth.client.Client;
import dev.portcullis.oauth.client.Clients;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks an authorization request in the order of OAuth 2.1 §4.1.2.1: first who asks and where the answer would go, because until both are
 * proven nothing may be redirected; then everything else.
 */
final class AuthorizationRequestReader {
    // RFC 7636 §4.2: a S256 challenge is always 43 characters; the grammar allows up to 128.
    private static final Pattern CODE_CHALLENGE = Pattern.compile("[A-Za-z0-9._~-]{43,128}");
    private static final int MAX_STATE = 4096;

    private final GatewayConfig config;
    private final Clients clients;

    AuthorizationRequestReader(GatewayConfig config, Clients clients) {
        this.config = config;
        this.clients = clients;
    }

    /** A request in order, the client behind it, and how it wants the person to be asked. */
    record Accepted(AuthorizationRequest request, Client client, Prompt prompt) {}

    /**
     * @param approved the clients and redirect URIs that were approved in this browser before, by their digests
     * @return fails with {@link AuthorizationRefused}, or with {@link dev.portcullis.outage.Outage} where the client cannot be looked up
     */
    Future<Accepted> read(Parameters parameters, Set<String> approved) {
        String clientId = single(parameters, "client_id")
                .orElseThrow(() -> refused(OAuthError.Code.INVALID_REQUEST, "client_id is missing"));
        if (clients.isDenied(clientId)) {
            throw refused(OAuthError.Code.ACCESS_DENIED, "whoever runs this server has blocked this application");
        }
        return clients.find(clientId)
                .map(found -> found.orElseThrow(
                        () -> refused(OAuthError.Code.INVALID_CLIENT, "the client_id is not known here")))
                .map(client -> read(parameters, client, approved));
    }

    private Accepted read(Parameters parameters, Client client, Set<String> approved) {
        RedirectUri redirectUri = redirectUri(parameters, client);
        String digest = Digests.sha256(client.digest() + ' ' + redirectUri.identity());
        // Which of two is the client's own cannot be known; none is returned then.
        Optional<String> state = parameters.all("state").size() > 1 ? Optional.empty() : parameters.get("state");
        var origin =
                new AuthorizationRefused.Origin(redirectUri, state, client.isTrusted() || approved.contains(digest));
        try {
            Prompt prompt = Prompt.parse(parameters.get("prompt"));
            return new Accepted(read(parameters, client, digest, origin, prompt), client, prompt);
        } catch (OAuthError error) {
            throw new AuthorizationRefused(error, Optional.of(origin));
        }
    }

    private static RedirectUri redirectUri(Parameters parameters, Client client) {
        Optional<String> requested = single(parameters, "redirect_uri");
        if (requested.isEmpty() && client.redirectUris().size() == 1) {
            return client.redirectUris().get(0);
        }
        return requested
                .filter(client::allows)
                .map(RedirectUri::new)
                .orElseThrow(() -> refused(
                        OAuthError.Code.INVALID_REQUEST,
                        requested.isPresent()
                                ? "the redirect_uri is not one this client registered"
                                : "redirect_uri is missing"));
    }

    private AuthorizationRequest read(
            Parameters parameters, Client client, String digest, AuthorizationRefused.Origin origin, Prompt prompt) {
        parameters.repeated("resource").ifPresent(name -> {
            throw OAuthError.invalidRequest("a parameter came more than once");
        });
        String responseType = parameters
                .get("response_type")
                .orElseThrow(() -> OAuthError.invalidRequest("response_type is missing"));
        if (!responseType.equals("code")) {
            throw new OAuthError(OAuthError.Code.UNSUPPORTED_RESPONSE_TYPE, "response_type must be code");
        }
        if (!parameters.get("response_mode").orElse("query").equals("query")) {
            throw OAuthError.invalidRequest("response_mode must be query");
        }
        if (origin.state().filter(value -> value.length() > MAX_STATE).isPresent()) {
            throw OAuthError.invalidRequest("state is longer than " + MAX_STATE + " characters");
        }
        String challenge = codeChallenge(parameters);
        GatewayConfig.Upstream upstream = upstream(parameters.all("resource"));
        return new AuthorizationRequest(
                client.id(),
                client.displayName(),
                digest,
                origin.trusted(),
                origin.redirectUri(),
                origin.state(),
                challenge,
                scopes(parameters, client, upstream),
                upstream.resource(),
                prompt.forIdp());
    }

    private static String codeChallenge(Parameters parameters) {
        String challenge = parameters
                .get("code_challenge")
                .orElseThrow(() -> OAuthError.invalidRequest("code_challenge is missing; PKCE is required"));
        // RFC 7636 §4.3: without a method it would be plain.
        if (!parameters.get("code_challenge_method").orElse("plain").equals("S256")) {
            throw OAuthError.invalidRequest("code_challenge_method must be S256");
        }
        if (!CODE_CHALLENGE.matcher(challenge).matches()) {
            throw OAuthError.invalidRequest("code_challenge must be 43 to 128 unreserved characters");
        }
        return challenge;
    }

    /** One resource a token (OAuth 2.1 §7.1.4); the same one named twice is still one. */
    private GatewayConfig.Upstream upstream(List<String> requested) {
        if (requested.isEmpty()) {
            return config.resources()
                    .defaultUpstream()
                    .map(config.upstreams()::get)
                    .orElseThrow(() -> new OAuthError(
                            OAuthError.Code.INVALID_TARGET,
                            "resource is missing, and there is more than one server here"));
        }
        List<String> resources = requested.stream()
                .map(text -> ResourceIndicator.parse(text)
                        .map(ResourceIndicator::value)
                        .orElseThrow(() -> new OAuthError(
                                OAuthError.Code.INVALID_TARGET, "resource must be an absolute URI without a fragment")))
                .distinct()
                .toList();
        if (resources.size() > 1) {
            throw new OAuthError(
                    OAuthError.Code.INVALID_TARGET, "a token is for one resource; ask for each on its own");
        }
        return config.upstreamOf(resources.get(0))
                .orElseThrow(() -> new OAuthError(OAuthError.Code.INVALID_TARGET, "no such resource here"));
    }

    /** Narrows instead of refusing: clients always ask for {@code openid email profile}, or for nothing, and mean what the server needs. */
    private static Scopes scopes(Parameters parameters, Client client, GatewayConfig.Upstream upstream) {
        Scopes requested = Scopes.parse(parameters.get("scope").orElse(""))
                .orElseThrow(() ->
                        new OAuthError(OAuthError.Code.INVALID_SCOPE, "scope holds characters no scope may have"));
        Scopes offered = requested.intersect(upstream.offeredScopes());
        Scopes bound = client.bound(offered.isEmpty() ? Scopes.of(upstream.scopes()) : offered);
        if (bound.isEmpty()) {
            throw new OAuthError(OAuthError.Code.INVALID_SCOPE, "this client may not have a scope of this server");
        }
        List<String> granted = new ArrayList<>(bound.tokens());
        if (requested.contains(Scopes.OFFLINE_ACCESS) && client.mayRefresh()) {
            granted.add(Scopes.OFFLINE_ACCESS);
        }
        return Scopes.of(granted);
    }

    private static Optional<String> single(Parameters parameters, String name) {
        if (parameters.all(name).size() > 1) {
            throw refused(OAuthError.Code.INVALID_REQUEST, name + " came more than once");
        }
        return parameters.get(name);
    }

    private static AuthorizationRefused refused(OAuthError.Code code, String description) {
        return new AuthorizationRefused(new OAuthError(code, description), Optional.empty());
    }
}
