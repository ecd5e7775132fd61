package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.Digests;
import dev.portcullis.crypto.Sealer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The request behind a consent page travels in its form, sealed for this browser: nothing is stored before somebody agrees, and a form made
 * for one browser is worth nothing in another.
 */
final class ConsentForms {
    private static final String CONTEXT = "consent";

    private final Sealer sealer;
    private final Duration ttl;
    private final InstantSource clock;

    ConsentForms(Sealer sealer, Duration ttl, InstantSource clock) {
        this.sealer = sealer;
        this.ttl = ttl;
        this.clock = clock;
    }

    /** @param browser the secret in this browser's cookie */
    String seal(AuthorizationRequest request, String browser) {
        JsonObject form = request.toJson()
                .put("browser", Digests.sha256(browser))
                .put("exp", clock.instant().plus(ttl).getEpochSecond());
        return sealer.seal(form.encode(), CONTEXT);
    }

    /** Empty for a form that is not ours, is too old, or was made for another browser. */
    Optional<AuthorizationRequest> open(String sealed, String browser) {
        return sealer.open(sealed, CONTEXT)
                .map(JsonObject::new)
                .filter(form -> Digests.equal(form.getString("browser"), Digests.sha256(browser)))
                .filter(form -> clock.instant().isBefore(Instant.ofEpochSecond(form.getLong("exp"))))
                .map(AuthorizationRequest::fromJson);
    }
}
