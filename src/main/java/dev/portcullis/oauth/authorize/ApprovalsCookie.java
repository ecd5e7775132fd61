package dev.portcullis.oauth.authorize;

import dev.portcullis.config.Approvals;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.http.Cookies;
import dev.portcullis.idp.IdpAccessToken;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What was approved in this browser, sealed, in a cookie. Who will sign in is not known before the identity provider says so; the browser is
 * all there is to tell by, and an approval counts in the end only for the user who gave it.
 */
public final class ApprovalsCookie {
    private static final String NAME = "portcullis_approvals";
    // Changes with what an approval consists of: one from before is none.
    private static final String CONTEXT = "approvals by application";

    private final Approvals config;
    private final Cookies cookies;
    private final Sealer sealer;
    private final InstantSource clock;

    public ApprovalsCookie(GatewayConfig config, Sealer sealer, InstantSource clock) {
        this.config = config.approvals();
        this.cookies = new Cookies(!config.isPlainHttp());
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
        keep(request, all);
    }

    /** Forgets what was approved of these clients, by whomever: the next time each asks, somebody is asked. */
    public void withdraw(HttpServerRequest request, Set<String> clientIds) {
        List<Approval> all = read(request);
        List<Approval> left = all.stream()
                .filter(approval -> clientIds.stream().noneMatch(approval::isOf))
                .toList();
        if (left.size() < all.size()) {
            keep(request, left);
        }
    }

    /** Forgets everything that was approved in this browser. */
    public void forget(HttpServerRequest request) {
        cookies.clear(request.response(), NAME);
    }

    private void keep(HttpServerRequest request, List<Approval> all) {
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
