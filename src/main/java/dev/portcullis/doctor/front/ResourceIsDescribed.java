package dev.portcullis.doctor.front;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.Wire;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** {@code public.resource}: whether clients find the description of a server (RFC 9728 §3), which leads them to the issuer. */
record ResourceIsDescribed(GatewayConfig.Upstream upstream, String issuer, Wire wire) implements Check {

    @Override
    public String id() {
        return "public.resource";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(upstream.name());
    }

    @Override
    public Future<Outcome> run() {
        return wire.get(upstream.metadataUrl()).map(this::judge);
    }

    private Outcome judge(Answer answer) {
        if (answer.status() != 200 || answer.json().isEmpty()) {
            return new Outcome.Failed(
                    upstream.metadataUrl() + " answers " + answer.status() + " and no metadata", remedy());
        }
        JsonObject document = answer.json().orElseThrow();
        boolean named = upstream.resource().equals(document.getValue("resource"));
        boolean leads =
                document.getValue("authorization_servers") instanceof JsonArray servers && servers.contains(issuer);
        return named && leads
                ? new Outcome.Passed(upstream.resource())
                : new Outcome.Failed(
                        "the metadata at " + upstream.metadataUrl() + " is about another "
                                + (named ? "issuer" : "resource"),
                        remedy());
    }

    @Override
    public String remedy() {
        return "Let the proxy pass /.well-known/ and the Host header on as they are, and give every gateway the same publicUrl and"
                + " upstreams." + upstream.name() + ".resource.";
    }
}
