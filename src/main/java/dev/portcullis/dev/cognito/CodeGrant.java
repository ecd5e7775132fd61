package dev.portcullis.dev.cognito;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** {@code grant_type=authorization_code}: what the code was bound to must come back with it, unchanged. */
final class CodeGrant {
    private final PoolState state;
    private final SimulatorClock clock;
    private final TokenMinter minter;
    private final TokenAnswer tokens;

    CodeGrant(PoolState state, SimulatorClock clock, TokenMinter minter, TokenAnswer tokens) {
        this.state = state;
        this.clock = clock;
        this.minter = minter;
        this.tokens = tokens;
    }

    JsonObject redeem(AppClient client, Parameters form) {
        String code = form.require("code");
        String redirectUri = form.require("redirect_uri");
        if (!client.allowedFlows().contains(AppClient.Flow.CODE)) {
            throw OAuthRefusal.of("unauthorized_client");
        }
        AuthorizationCode bound = state.redeemCode(code, client).orElseThrow(CodeGrant::refused);
        if (!bound.redirectUri().equals(redirectUri)) {
            throw OAuthRefusal.of("unauthorized_client", "invalid_redirect");
        }
        if (!verifierFits(bound.codeChallenge(), form.get("code_verifier"))) {
            throw refused();
        }
        SignIn signIn = bound.signIn();
        PoolUser user = state.activeUser(signIn.username()).orElseThrow(CodeGrant::refused);
        if (signIn.scopes().isEmpty() || !UserClaims.readable(client, signIn.scopes())) {
            throw refused();
        }
        Instant now = clock.now();
        RefreshFamily family = new RefreshFamily(signIn, now, now.plus(client.refreshTtl()));
        String refreshToken = minter.refreshToken();
        state.rememberRefreshToken(refreshToken, family.original());
        return tokens.of(signIn, user, client).put("refresh_token", refreshToken);
    }

    /** RFC 7636 §4.6, and a verifier without a challenge does not fit either. */
    private static boolean verifierFits(Optional<String> challenge, Optional<String> verifier) {
        return challenge.equals(verifier.map(CodeGrant::s256));
    }

    private static String s256(String verifier) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static OAuthRefusal refused() {
        return OAuthRefusal.of("invalid_grant");
    }
}
