package dev.portcullis.oauth.connections;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Digests;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.http.Cookies;
import dev.portcullis.idp.IdpAccessToken;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Sessions of the page, a few minutes long: sealed into a cookie, and once more, for another purpose, into the page's form. Only who has both
 * may change anything, so no other site can make this browser do it, and no form of another browser fits.
 */
final class PageSessions {
    private static final String NAME = "portcullis_connections";
    private static final String COOKIE = "connections cookie";
    private static final String FORM = "connections form";

    private final Sealer sealer;
    private final Cookies cookies;
    private final Duration ttl;
    private final RandomTokens random;
    private final InstantSource clock;

    PageSessions(GatewayConfig config, Sealer sealer, RandomTokens random, InstantSource clock) {
        this.sealer = sealer;
        this.cookies = new Cookies(!config.isPlainHttp());
        this.ttl = config.connections().sessionTtl();
        this.random = random;
        this.clock = clock;
    }

    void begin(HttpServerRequest request, IdpAccessToken user) {
        JsonObject session = new JsonObject()
                .put("id", random.next(16))
                .put("sub", user.subject())
                .put("username", user.username())
                .put("exp", clock.instant().plus(ttl).toEpochMilli());
        cookies.set(request.response(), NAME, sealer.seal(session.encode(), COOKIE), ttl);
    }

    /** Of this browser; empty once it is over. */
    Optional<PageSession> current(HttpServerRequest request) {
        return cookies.get(request, NAME)
                .flatMap(value -> sealer.open(value, COOKIE))
                .map(JsonObject::new)
                .filter(json -> clock.instant().isBefore(Instant.ofEpochMilli(json.getLong("exp"))))
                .map(json -> new PageSession(json.getString("id"), json.getString("sub"), json.getString("username")));
    }

    /** Nobody looks at the page any more in this browser. */
    void end(HttpServerRequest request) {
        cookies.clear(request.response(), NAME);
    }

    /** For the form of a page of this session. */
    String form(PageSession session) {
        return sealer.seal(session.id(), FORM);
    }

    boolean isFormOf(PageSession session, String form) {
        return sealer.open(form, FORM)
                .filter(id -> Digests.equal(id, session.id()))
                .isPresent();
    }
}
