package dev.portcullis.dev.cognito;

import io.vertx.core.json.JsonObject;

/**
 * {@code grant_type=refresh_token}. Without rotation the answer has no refresh token; with it, a new one that ends when the
 * original would have. The user is read again, so new groups show.
 */
final class RefreshGrant {
    private final PoolState state;
    private final SimulatorClock clock;
    private final TokenMinter minter;
    private final TokenAnswer tokens;

    RefreshGrant(PoolState state, SimulatorClock clock, TokenMinter minter, TokenAnswer tokens) {
        this.state = state;
        this.clock = clock;
        this.minter = minter;
        this.tokens = tokens;
    }

    JsonObject refresh(AppClient client, Parameters form) {
        RefreshFamily.Member member =
                state.refreshToken(form.require("refresh_token")).orElseThrow(RefreshGrant::refused);
        RefreshFamily family = member.family();
        SignIn signIn = family.signIn();
        boolean live = signIn.clientId().equals(client.id())
                && family.refreshes(member, clock.now(), client.rotation().grace())
                && !state.signedOutSince(signIn.username(), family.startedAt());
        if (!live) {
            throw refused();
        }
        PoolUser user = state.activeUser(signIn.username()).orElseThrow(RefreshGrant::refused);
        JsonObject answer = tokens.of(signIn, user, client);
        if (client.rotation().enabled()) {
            String next = minter.refreshToken();
            state.rememberRefreshToken(next, family.rotate(member, clock.now()));
            answer.put("refresh_token", next);
        }
        return answer;
    }

    private static OAuthRefusal refused() {
        return OAuthRefusal.of("invalid_grant");
    }
}
