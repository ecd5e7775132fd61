package dev.portcullis.doctor.front;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.CertificateLife;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Optional;

/** {@code public.tls}: how long the certificate is good for. */
record CertificateIsGood(String origin, Once<Answer> first, InstantSource clock) implements Check {

    @Override
    public String id() {
        return "public.tls";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(origin);
    }

    @Override
    public Future<Outcome> run() {
        return first.get()
                .map(answer -> answer.certificate()
                        .map(certificate -> CertificateLife.judge(certificate, clock.instant()))
                        .orElseGet(() -> new Outcome.Skipped("no certificate was shown")));
    }

    @Override
    public String remedy() {
        return "Check the certificate where TLS ends.";
    }
}
