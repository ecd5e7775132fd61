package dev.portcullis.dev.cognito;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * One app client of the pool.
 *
 * @param id 1 to 128 letters, digits, {@code _} or {@code +}
 * @param secrets none (a public client), one, or two while a secret is being rotated; each 24 to 64 of the same characters
 * @param callbackUrls at most 100, compared byte for byte
 * @param logoutUrls at most 100, compared byte for byte
 * @param allowedScopes at most 50; a custom scope that no resource server of the pool has is dropped in silence
 * @param accessTtl life of an access token. Cognito allows 5 minutes to 24 hours; the simulator also takes less, so that a
 *     test can watch a token expire
 * @param idTtl life of an ID token, as {@code accessTtl}
 * @param refreshTtl life of a refresh token counted from sign-in; neither refreshing nor rotation extends it. At most 3650
 *     days
 * @param enableTokenRevocation off makes the revocation endpoint answer {@code invalid_request}
 * @param readAttributes what the client may read; empty means every attribute
 */
public record AppClient(
        String id,
        List<String> secrets,
        Set<String> callbackUrls,
        Set<String> logoutUrls,
        Set<String> allowedScopes,
        Set<Flow> allowedFlows,
        Duration accessTtl,
        Duration idTtl,
        Duration refreshTtl,
        RefreshRotation rotation,
        boolean enableTokenRevocation,
        Optional<Set<String>> readAttributes) {

    /** What the token endpoint will do for a client. Cognito's implicit flow is not simulated: OAuth 2.1 has none. */
    public enum Flow {
        CODE,
        CLIENT_CREDENTIALS
    }

    private static final Pattern WORD = Pattern.compile("[\\w+]+");
    private static final Duration MAX_TOKEN_TTL = Duration.ofHours(24);
    private static final Duration MAX_REFRESH_TTL = Duration.ofDays(3650);

    public AppClient {
        require(id.length() <= 128 && WORD.matcher(id).matches(), "app client id: 1 to 128 of [A-Za-z0-9_+]");
        secrets = List.copyOf(secrets);
        require(secrets.size() <= 2, "an app client has at most two active secrets");
        for (String secret : secrets) {
            require(
                    secret.length() >= 24
                            && secret.length() <= 64
                            && WORD.matcher(secret).matches(),
                    "app client secret: 24 to 64 of [A-Za-z0-9_+]");
        }
        callbackUrls = Set.copyOf(callbackUrls);
        logoutUrls = Set.copyOf(logoutUrls);
        require(callbackUrls.size() <= 100 && logoutUrls.size() <= 100, "at most 100 callback and 100 sign-out URLs");
        callbackUrls.forEach(AppClient::requireRegistrable);
        logoutUrls.forEach(AppClient::requireRegistrable);
        allowedScopes = Set.copyOf(allowedScopes);
        require(allowedScopes.size() <= 50, "at most 50 scopes on an app client");
        allowedFlows = Set.copyOf(allowedFlows);
        require(within(accessTtl, MAX_TOKEN_TTL) && within(idTtl, MAX_TOKEN_TTL), "tokens live at most 24 hours");
        require(within(refreshTtl, MAX_REFRESH_TTL), "refresh tokens live at most 3650 days");
        readAttributes = readAttributes.map(Set::copyOf);
    }

    /** A client with one secret for the authorization code flow, Cognito's default lifetimes and rotation off. */
    public static AppClient confidential(String id, String secret, String callbackUrl) {
        return new AppClient(
                id,
                List.of(secret),
                Set.of(callbackUrl),
                Set.of(),
                Set.of("openid", "email", "phone", "profile"),
                Set.of(Flow.CODE),
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofDays(30),
                RefreshRotation.OFF,
                true,
                Optional.empty());
    }

    /** As {@link #confidential}, without a secret. */
    public static AppClient publicClient(String id, String callbackUrl) {
        return confidential(id, "0".repeat(24), callbackUrl).withSecrets();
    }

    public AppClient withSecrets(String... newSecrets) {
        return changed(draft -> draft.secrets = List.of(newSecrets));
    }

    public AppClient withCallbackUrls(String... urls) {
        return changed(draft -> draft.callbackUrls = Set.of(urls));
    }

    public AppClient withLogoutUrls(String... urls) {
        return changed(draft -> draft.logoutUrls = Set.of(urls));
    }

    public AppClient withScopes(String... scopes) {
        return changed(draft -> draft.allowedScopes = Set.of(scopes));
    }

    public AppClient withFlows(Flow... flows) {
        return changed(draft -> draft.allowedFlows = Set.of(flows));
    }

    public AppClient withLifetimes(Duration access, Duration idToken, Duration refresh) {
        return changed(draft -> {
            draft.accessTtl = access;
            draft.idTtl = idToken;
            draft.refreshTtl = refresh;
        });
    }

    public AppClient withRotation(RefreshRotation newRotation) {
        return changed(draft -> draft.rotation = newRotation);
    }

    public AppClient withoutTokenRevocation() {
        return changed(draft -> draft.enableTokenRevocation = false);
    }

    public AppClient withReadAttributes(String... names) {
        return changed(draft -> draft.readAttributes = Optional.of(Set.of(names)));
    }

    private AppClient changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new AppClient(
                id,
                draft.secrets,
                draft.callbackUrls,
                draft.logoutUrls,
                draft.allowedScopes,
                draft.allowedFlows,
                draft.accessTtl,
                draft.idTtl,
                draft.refreshTtl,
                draft.rotation,
                draft.enableTokenRevocation,
                draft.readAttributes);
    }

    /** A client while it is being changed. */
    private static final class Draft {
        private List<String> secrets;
        private Set<String> callbackUrls;
        private Set<String> logoutUrls;
        private Set<String> allowedScopes;
        private Set<Flow> allowedFlows;
        private Duration accessTtl;
        private Duration idTtl;
        private Duration refreshTtl;
        private RefreshRotation rotation;
        private boolean enableTokenRevocation;
        private Optional<Set<String>> readAttributes;

        private Draft(AppClient client) {
            secrets = client.secrets;
            callbackUrls = client.callbackUrls;
            logoutUrls = client.logoutUrls;
            allowedScopes = client.allowedScopes;
            allowedFlows = client.allowedFlows;
            accessTtl = client.accessTtl;
            idTtl = client.idTtl;
            refreshTtl = client.refreshTtl;
            rotation = client.rotation;
            enableTokenRevocation = client.enableTokenRevocation;
            readAttributes = client.readAttributes;
        }
    }

    boolean mayRead(String attribute) {
        return readAttributes.map(names -> names.contains(attribute)).orElse(true);
    }

    /** Keeps secrets out of logs: a record's own text would print them. */
    @Override
    public String toString() {
        return "AppClient[" + id + ", " + secrets.size() + " secrets]";
    }

    /** Cognito developer guide, authorize-endpoint: absolute, no fragment, HTTPS except for loopback and custom schemes. */
    private static void requireRegistrable(String url) {
        boolean plainHttp = url.startsWith("http://");
        boolean loopback = url.matches("http://(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?([/?].*)?");
        require(
                url.matches("[A-Za-z][A-Za-z0-9+.-]*:.+") && !url.contains("#") && (!plainHttp || loopback),
                "not a URL that Cognito would register (absolute, no fragment, HTTPS unless loopback): " + url);
    }

    private static boolean within(Duration ttl, Duration max) {
        return !ttl.isNegative() && !ttl.isZero() && ttl.compareTo(max) <= 0;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
