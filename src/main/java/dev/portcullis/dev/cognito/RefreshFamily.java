package dev.portcullis.dev.cognito;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The refresh tokens that descend from one sign-in, and which of them still works. Confined to the event loop.
 *
 * <p>The rules are those observed on live pools: a token that was rotated out works again within the grace period and then
 * forks the family, after which only the newest child refreshes; later it is refused, and nothing is revoked by that. Revoking
 * the original or the newest token ends the family, revoking one in between ends only that one.
 */
final class RefreshFamily {
    /** One token of the family. */
    static final class Member {
        private final RefreshFamily family;
        private Optional<Instant> rotatedAt = Optional.empty();
        private boolean revoked;

        private Member(RefreshFamily family) {
            this.family = family;
        }

        RefreshFamily family() {
            return family;
        }
    }

    private final SignIn signIn;
    private final Instant startedAt;
    private final Instant expiresAt;
    private final Member original = new Member(this);
    private Member newest = original;
    private boolean revoked;

    RefreshFamily(SignIn signIn, Instant startedAt, Instant expiresAt) {
        this.signIn = signIn;
        this.startedAt = startedAt;
        this.expiresAt = expiresAt;
    }

    Member original() {
        return original;
    }

    SignIn signIn() {
        return signIn;
    }

    Instant startedAt() {
        return startedAt;
    }

    /** Whether this token may refresh now. Without rotation a family has one member, which just goes on working. */
    boolean refreshes(Member member, Instant now, Duration grace) {
        if (revoked || member.revoked || !now.isBefore(expiresAt)) {
            return false;
        }
        return member == newest
                || member.rotatedAt.map(at -> now.isBefore(at.plus(grace))).orElse(false);
    }

    /** The successor of a token that {@linkplain #refreshes may refresh}; its end is the family's, not a new one. */
    Member rotate(Member member, Instant now) {
        if (member.rotatedAt.isEmpty()) {
            member.rotatedAt = Optional.of(now);
        }
        newest = new Member(this);
        return newest;
    }

    /** Revokes a token; true if that ended the whole family. */
    boolean revoke(Member member) {
        member.revoked = true;
        if (member == original || member == newest) {
            revoked = true;
        }
        return revoked;
    }
}
