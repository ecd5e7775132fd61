package dev.portcullis.dev.cognito;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Everything the pool remembers. Both servers run in one verticle instance and so on one event loop, and only that loop
 * touches this object: there is nothing to lock. Each map has a limit and forgets its oldest entries beyond it.
 */
final class PoolState {
    private static final Duration CODE_TTL = Duration.ofMinutes(5);
    private static final Duration SESSION_TTL = Duration.ofHours(1);

    private final CognitoPool pool;
    private final SimulatorClock clock;
    private final Map<String, AppClient> clients = new LinkedHashMap<>();
    private final Map<String, PoolUser> users = new LinkedHashMap<>();
    private final Map<String, AuthorizationCode> codes = new BoundedMap<>(10_000);
    private final Map<String, BrowserSession> sessions = new BoundedMap<>(10_000);
    private final Map<String, RefreshFamily.Member> refreshTokens = new BoundedMap<>(100_000);
    private final Map<String, Instant> revokedOrigins = new BoundedMap<>(100_000);
    private final Map<String, Instant> signedOut = new BoundedMap<>(10_000);

    PoolState(CognitoPool pool, SimulatorClock clock) {
        this.pool = pool;
        this.clock = clock;
        pool.clients().forEach(client -> clients.put(client.id(), client));
        pool.users().forEach(user -> users.put(user.username(), user));
    }

    CognitoPool pool() {
        return pool;
    }

    Optional<AppClient> client(String id) {
        return Optional.ofNullable(clients.get(id));
    }

    Optional<PoolUser> user(String username) {
        return Optional.ofNullable(users.get(username));
    }

    /** The user, if there still is one and it is enabled. */
    Optional<PoolUser> activeUser(String username) {
        return user(username).filter(PoolUser::enabled);
    }

    void changeClient(String id, UnaryOperator<AppClient> change) {
        clients.put(id, change.apply(client(id).orElseThrow(() -> new IllegalArgumentException("no client " + id))));
    }

    void changeUser(String username, UnaryOperator<PoolUser> change) {
        users.put(
                username,
                change.apply(user(username).orElseThrow(() -> new IllegalArgumentException("no user " + username))));
    }

    /** Global sign-out: ends what was issued to the user until now; the browser session stays, as at Cognito. */
    void signOut(String username) {
        signedOut.put(username, clock.now());
    }

    boolean signedOutSince(String username, Instant issuedAt) {
        Instant at = signedOut.get(username);
        return at != null && !issuedAt.isAfter(at);
    }

    String openSession(String username) {
        String id = UUID.randomUUID().toString();
        Instant now = clock.now();
        sessions.put(id, new BrowserSession(username, now, now.plus(SESSION_TTL)));
        return id;
    }

    Optional<BrowserSession> session(String id) {
        return Optional.ofNullable(sessions.get(id))
                .filter(session -> clock.now().isBefore(session.expiresAt()))
                .filter(session -> activeUser(session.username()).isPresent());
    }

    void closeSession(String id) {
        sessions.remove(id);
    }

    String issueCode(SignIn signIn, String redirectUri, Optional<String> codeChallenge) {
        String code = UUID.randomUUID().toString();
        codes.put(
                code,
                new AuthorizationCode(
                        signIn, redirectUri, codeChallenge, clock.now().plus(CODE_TTL)));
        return code;
    }

    /** Takes a code out, so that it works once, if it is this client's and not over its five minutes. */
    Optional<AuthorizationCode> redeemCode(String code, AppClient client) {
        AuthorizationCode found = codes.get(code);
        if (found == null || !found.signIn().clientId().equals(client.id())) {
            return Optional.empty();
        }
        codes.remove(code);
        return Optional.of(found).filter(live -> clock.now().isBefore(live.expiresAt()));
    }

    void rememberRefreshToken(String token, RefreshFamily.Member member) {
        refreshTokens.put(digest(token), member);
    }

    Optional<RefreshFamily.Member> refreshToken(String token) {
        return Optional.ofNullable(refreshTokens.get(digest(token)));
    }

    /** From now on tokens of this session are refused at the pool's own endpoints; signatures stay good elsewhere. */
    void revokeOrigin(String originJti) {
        revokedOrigins.put(originJti, clock.now());
    }

    boolean originRevoked(String originJti) {
        return revokedOrigins.containsKey(originJti);
    }

    private static String digest(String token) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
