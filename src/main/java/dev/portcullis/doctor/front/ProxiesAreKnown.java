package dev.portcullis.doctor.front;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** {@code public.proxies}: whether the gateway sees clients and not the proxy in front of it, where both say what they have to. */
record ProxiesAreKnown(String origin, GatewayConfig.Http http, Once<Stream> stream) implements Check {

    @Override
    public String id() {
        return "public.proxies";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(origin);
    }

    @Override
    public Future<Outcome> run() {
        return stream.get()
                .map(seen -> seen.view()
                        .map(this::judge)
                        .orElseGet(() -> new Outcome.Skipped("what the gateway said cannot be read here")));
    }

    private Outcome judge(JsonObject view) {
        String peer = view.getString("peer");
        boolean trusted = Boolean.TRUE.equals(view.getBoolean("trusted"));
        boolean forwarded = Boolean.TRUE.equals(view.getBoolean("forwarded"));
        if (forwarded && !trusted) {
            return new Outcome.Warned(
                    "a proxy at " + peer
                            + " says whom it speaks for and is not believed: all clients share one rate limit",
                    "Put its network into http.trustedProxies, if it overwrites or appends to " + http.forwardedHeader()
                            + " and nobody else can connect from there.");
        }
        if (trusted && !forwarded) {
            return new Outcome.Warned(
                    "the trusted proxy at " + peer + " does not say whom it speaks for",
                    "Make it send " + http.forwardedHeader() + ", or correct http.forwardedHeader.");
        }
        return new Outcome.Passed("the gateway sees this client as " + view.getString("client"));
    }

    @Override
    public String remedy() {
        return "Check http.trustedProxies.";
    }
}
