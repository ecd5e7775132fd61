package dev.portcullis.doctor.front;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import io.vertx.core.Future;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;

/** {@code public.reach}: whether anything answers there, and in which version of HTTP. */
record PublicUrlAnswers(String origin, Once<Answer> first) implements Check {

    @Override
    public String id() {
        return "public.reach";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(origin);
    }

    @Override
    public Future<Outcome> run() {
        return first.get().map(answer -> {
            if (answer.status() >= 502 && answer.status() <= 504) {
                return new Outcome.Failed(
                        "answers " + answer.status() + ": what is in front of the gateway does not reach it",
                        "Check where the proxy sends requests for this host: listen.port of the gateway, its readiness, the network policy.");
            }
            return new Outcome.Passed((answer.version() == HttpVersion.HTTP_2 ? "HTTP/2" : "HTTP/1.1") + ", in "
                    + answer.took().toMillis() + " ms");
        });
    }

    @Override
    public String remedy() {
        return "Check publicUrl, that clients' networks and this one may connect to it, and its certificate (with a private CA:"
                + " --ca FILE). Inside a cluster it may be out of reach by design: --skip public.";
    }
}
