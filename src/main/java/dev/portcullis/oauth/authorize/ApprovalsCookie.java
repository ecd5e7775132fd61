package dev.portcullis.oauth.authorize;

import dev.portcullis.config.Approvals;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.http.Cookies;
import dev.portcullis.idp.IdpAccessToken;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was approved in this browser, sealed, in a cookie. Who will sign in is not known before the identity provider says so; the browser is
 * all there is to tell by, and an approval counts in the end only for the user who gave it.
 */
final class ApprovalsCookie {
    private static final String NAME = "portcullis_approvals";
    private static final String CONTEXT = "approvals";

    private final Approvals config;
    private final Cookies cookies;
    private final Sealer sealer;
    private final InstantSource clock;

    ApprovalsCookie(Approvals config, Cookies cookies, Sealer sealer, InstantSource clock) {
        this.config = config;
        this.cookies = cookies;
        this.sealer = sealer;
        this.clock = clock;
    }

    /** Those that still count, the newest first; none for a cookie that is not ours. */
    List<Approval> read(HttpServerRequest request) {
        return cookies.get(request, NAME)
                .flatMap(value -> sealer.open(value, CONTEXT))
                .map(JsonArray::new)
                .map(this::approvals)
                .orElse(List.of());
    }

    /** The approval that makes the consent page needless for this request. */
    Optional<Approval> find(HttpServerRequest request, AuthorizationRequest authorization) {
        return config.nativeApps() || authorization.redirectUri().isClaimed()
                ? read(request).stream()
                        .filter(approval -> approval.covers(authorization))
                        .findFirst()
                : Optional.empty();
    }

    /** Adds what this user has approved now. */
    void remember(HttpServerRequest request, AuthorizationRequest authorization, IdpAccessToken user) {
        if (config.maxPerBrowser() == 0) {
            return;
        }
        List<Approval> all = new ArrayList<>();
        all.add(Approval.of(authorization, user, clock.instant().plus(config.lifetime())));
        read(request).stream()
                .filter(approval -> !approval.covers(authorization))
                .forEach(all::add);
        JsonArray json = new JsonArray();
        all.stream().limit(config.maxPerBrowser()).forEach(approval -> json.add(approval.toJson()));
        cookies.set(request.response(), NAME, sealer.seal(json.encode(), CONTEXT), config.lifetime());
    }

    private List<Approval> approvals(JsonArray json) {
        return json.stream()
                .map(one -> Approval.fromJson((JsonArray) one))
                .filter(approval -> clock.instant().isBefore(approval.expires()))
                .limit(config.maxPerBrowser())
                .toList();
    }
}
