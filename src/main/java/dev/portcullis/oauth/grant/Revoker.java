package dev.portcullis.oauth.grant;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * Ends grants: here for certain, at the identity provider as soon as that answers. The future is about the first alone: it fails with
 * {@link dev.portcullis.outage.Outage} where Redis is away, and then nothing was promised.
 */
public final class Revoker {
    private final Grants grants;
    private final SignOuts signOuts;

    public Revoker(Grants grants, SignOuts signOuts) {
        this.grants = grants;
        this.signOuts = signOuts;
    }

    public Future<Void> revoke(Grant grant) {
        return grants.revoke(grant.id())
                // The sign-in's own token: revoking it ends every branch that rotation made of it.
                .onSuccess(
                        revoked -> grant.originalIdpRefreshToken().ifPresent(token -> signOuts.end(grant.id(), token)));
    }

    /** Answers the grant as it was. One that is over already leaves at most access tokens to end. */
    public Future<Optional<Grant>> revoke(String grantId) {
        return grants.find(grantId)
                .compose(found -> found.map(this::revoke)
                        .orElseGet(() -> grants.revoke(grantId))
                        .map(found));
    }

    /** Ends a sign-in that no grant is to come from. */
    public void endSignIn(String idpRefreshToken) {
        signOuts.end("-", idpRefreshToken);
    }
}
