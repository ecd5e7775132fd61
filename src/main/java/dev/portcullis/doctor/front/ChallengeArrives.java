package dev.portcullis.doctor.front;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.Wire;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code public.challenge}: whether a request without a token is told, in {@code WWW-Authenticate}, where to get one. Every client begins
 * with it, and some gateways of clouds rename it.
 */
record ChallengeArrives(GatewayConfig.Upstream upstream, Wire wire) implements Check {
    private static final String NAME = "www-authenticate";

    @Override
    public String id() {
        return "public.challenge";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(upstream.name());
    }

    @Override
    public Future<Outcome> run() {
        return wire.send(
                        HttpMethod.POST,
                        upstream.resource(),
                        Map.of("Content-Type", "application/json", "Accept", "application/json, text/event-stream"),
                        "{}")
                .map(this::judge);
    }

    private Outcome judge(Answer answer) {
        if (answer.status() != 401) {
            return new Outcome.Failed(
                    "a POST without a token is answered " + answer.status() + " instead of 401", remedy());
        }
        Optional<String> renamed = answer.headers().names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .filter(name -> name.endsWith(NAME) && !name.equals(NAME))
                .findFirst();
        Optional<String> challenge = answer.header(NAME);
        if (challenge.isEmpty()) {
            return new Outcome.Failed(
                    "the 401 comes without WWW-Authenticate"
                            + renamed.map(name -> "; something in front calls it " + name)
                                    .orElse(""),
                    "Configure the proxy to pass WWW-Authenticate on (Amazon API Gateway renames it: use an HTTP proxy integration behind a load"
                            + " balancer instead, or map the header back).");
        }
        return challenge.get().contains("resource_metadata=\"" + upstream.metadataUrl() + "\"")
                ? new Outcome.Passed("401 with WWW-Authenticate")
                : new Outcome.Failed(
                        "WWW-Authenticate does not name " + upstream.metadataUrl(),
                        "Something else answers there, or changes the header: let the proxy pass it on as it is.");
    }

    @Override
    public String remedy() {
        return "Let the proxy pass " + upstream.path()
                + " to the gateway, all methods, without a login, a redirect or an error page" + " of its own.";
    }
}
