package dev.portcullis.doctor.wire;

import dev.portcullis.doctor.check.Outcome;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** How long a certificate is good for. */
public final class CertificateLife {
    /** Automatic renewal happens well before it; after it somebody has to look. */
    static final Duration SHORT = Duration.ofDays(14);

    private CertificateLife() {}

    public static Outcome judge(X509Certificate certificate, Instant now) {
        Duration left = Duration.between(now, certificate.getNotAfter().toInstant());
        if (left.isNegative()) {
            // The platform does not look at the dates of one that it trusts by itself.
            return new Outcome.Failed(
                    "its TLS certificate has expired",
                    "Renew the certificate where TLS ends, and find out why that did not happen by itself.");
        }
        String finding = "the TLS certificate is good for " + left.toDays() + " more days";
        return left.compareTo(SHORT) < 0
                ? new Outcome.Warned(
                        finding, "Renew the certificate; if that should happen by itself, find out why it did not.")
                : new Outcome.Passed(finding);
    }
}
