package dev.portcullis.doctor.upstream;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.CertificateLife;
import io.vertx.core.Future;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;

/** {@code upstream.reach}: whether the server takes a connection, TLS included, and answers at all. */
record UpstreamReached(String name, URI url, Once<Answer> modern, InstantSource clock) implements Check {

    @Override
    public String id() {
        return "upstream.reach";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(name);
    }

    @Override
    public Future<Outcome> run() {
        return modern.get().map(answer -> {
            if (answer.status() >= 502 && answer.status() <= 504) {
                return new Outcome.Failed(
                        url + " answers " + answer.status() + ": what is in front of it is alone", remedy());
            }
            return answer.certificate()
                    .map(certificate -> CertificateLife.judge(certificate, clock.instant()))
                    .orElseGet(() -> new Outcome.Passed(url + " answers"));
        });
    }

    @Override
    public String remedy() {
        return "Check that the server runs and listens at " + url
                + ", the network policy between here and there, and for https its certificate (tls.ca, tls.serverName).";
    }
}
