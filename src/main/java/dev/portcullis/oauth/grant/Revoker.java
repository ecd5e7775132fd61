package dev.portcullis.oauth.grant;

import dev.portcullis.idp.IdentityProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends grants: here for certain, at the identity provider as far as that answers. The future is about the first alone: it fails with
 * {@link dev.portcullis.outage.Outage} where Redis is away, and then nothing was promised.
 *
 * <p>Metric: {@code portcullis_idp_revocations_total}, by {@code outcome} (done, failed).
 */
public final class Revoker {
    private static final Logger LOG = LoggerFactory.getLogger(Revoker.class);

    private final Grants grants;
    private final IdentityProvider idp;
    private final MeterRegistry metrics;

    public Revoker(Grants grants, IdentityProvider idp, MeterRegistry metrics) {
        this.grants = grants;
        this.idp = idp;
        this.metrics = metrics;
    }

    public Future<Void> revoke(Grant grant) {
        return grants.revoke(grant.id())
                // The sign-in's own token: revoking it ends every branch that rotation made of it.
                .onSuccess(revoked -> grant.originalIdpRefreshToken().ifPresent(token -> endSignIn(grant.id(), token)));
    }

    /** A grant that is over already leaves at most access tokens to end. */
    public Future<Void> revoke(String grantId) {
        return grants.find(grantId).compose(found -> found.map(this::revoke).orElseGet(() -> grants.revoke(grantId)));
    }

    /** Ends a sign-in that no grant is to come from. */
    public void endSignIn(String idpRefreshToken) {
        endSignIn("-", idpRefreshToken);
    }

    private void endSignIn(String grantId, String idpRefreshToken) {
        idp.revoke(idpRefreshToken).onComplete(done -> {
            metrics.counter("portcullis.idp.revocations", "outcome", done.succeeded() ? "done" : "failed")
                    .increment();
            if (done.failed()) {
                LOG.atWarn()
                        .addKeyValue("grant", grantId)
                        .addKeyValue("reason", done.cause().getMessage())
                        .log("could not revoke the sign-in at Cognito");
            }
        });
    }
}
