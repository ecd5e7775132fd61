package dev.portcullis.doctor.check;

import dev.portcullis.outage.Outage;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Why something did not work, for people. Messages of libraries are not repeated: they can quote what nobody should read. */
public final class Reason {
    private Reason() {}

    public static String of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Optional<String> known = certificate(cause).or(() -> Optional.empty());
            if (known.isPresent()) {
                return known.get();
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Optional<String> known = connection(cause);
            if (known.isPresent()) {
                return known.get();
            }
        }
        return "unexpected: " + failure.getClass().getSimpleName();
    }

    private static Optional<String> certificate(Throwable cause) {
        if (cause instanceof CertificateExpiredException) {
            return Optional.of("its TLS certificate has expired");
        }
        if (cause instanceof CertificateNotYetValidException) {
            return Optional.of("its TLS certificate is not valid yet");
        }
        if (cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException) {
            return isExpiry(cause)
                    ? Optional.empty()
                    : Optional.of("its TLS certificate is not from an authority that is trusted here");
        }
        return cause instanceof CertificateException && cause.getCause() == null
                ? Optional.of("its TLS certificate is for another name")
                : Optional.empty();
    }

    private static boolean isExpiry(Throwable cause) {
        return cause.getCause() instanceof CertificateExpiredException
                || cause.getCause() instanceof CertificateNotYetValidException;
    }

    private static Optional<String> connection(Throwable cause) {
        if (cause instanceof Outage outage) {
            return Optional.of(String.valueOf(outage.getMessage()));
        }
        if (cause instanceof UnknownHostException) {
            return Optional.of("its name cannot be resolved");
        }
        if (cause instanceof TimeoutException
                || cause.getClass().getSimpleName().contains("Timeout")) {
            return Optional.of("no answer in time");
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return Optional.of("no connection: nothing listens there, or something in between refuses");
        }
        if (cause instanceof SSLException) {
            return Optional.of("the TLS handshake fails");
        }
        if (cause instanceof HttpClosedException
                || cause instanceof java.io.IOException
                || cause instanceof VertxException) {
            return Optional.of("the connection was closed without an answer");
        }
        return Optional.empty();
    }
}
