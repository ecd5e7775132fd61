package dev.portcullis.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The user pool and the app client in it.
 *
 * @param issuer the exact {@code iss} of its tokens; with their subject it names users
 * @param alsoIssuer the other one of the two that a pool can have, where its tokens may carry it
 * @param domain where {@code /oauth2/authorize} and the other OAuth endpoints are, without a slash at its end
 * @param clientSecrets none for a public app client; two while a secret is being rotated, the first one is tried first
 * @param scopes what is asked of Cognito, whatever the MCP client asks of us
 * @param logout whether signing out here ends the session of the browser there as well
 * @param timeout for one call to Cognito
 * @param jwksRefresh how often the keys are fetched again ahead of need
 * @param jwksCooldown the shortest time between two fetches for an unknown key id
 * @param connectionPool to its token endpoint
 */
public record Cognito(
        String issuer,
        Optional<String> alsoIssuer,
        String domain,
        Paths paths,
        String jwksUri,
        String clientId,
        List<Secret> clientSecrets,
        List<String> scopes,
        boolean logout,
        Duration timeout,
        Duration jwksRefresh,
        Duration jwksCooldown,
        ConnectionPool connectionPool) {

    /** Whether the pool may call itself that. */
    public boolean isIssuer(String named) {
        return issuer.equals(named) || alsoIssuer.equals(Optional.of(named));
    }

    Cognito with(List<Secret> otherSecrets, Duration otherTimeout) {
        return new Cognito(
                issuer,
                alsoIssuer,
                domain,
                paths,
                jwksUri,
                clientId,
                otherSecrets,
                scopes,
                logout,
                otherTimeout,
                jwksRefresh,
                jwksCooldown,
                connectionPool);
    }

    /**
     * Of each event loop.
     *
     * @param max calls under way at once
     * @param maxWaiting calls that wait for one of them to end
     */
    public record ConnectionPool(int max, int maxWaiting) {}

    /** The OAuth endpoints below the domain; a provider other than Cognito may have them elsewhere. */
    public record Paths(String authorize, String token, String revoke, String logout) {}
}
