package dev.portcullis.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;

/**
 * TLS towards one upstream. Holds the files' content, not their names, so that a renewed certificate is a changed configuration.
 *
 * @param ca PEM certificates that are trusted instead of those of the Java platform
 * @param identity what the gateway shows of itself (mutual TLS)
 * @param serverName that the certificate must have and that SNI sends, where the URL's host is another
 */
public record UpstreamTls(Optional<String> ca, Optional<Identity> identity, Optional<String> serverName) {

    /** @param certificate PEM, with its chain; {@code key} is its private key, PEM in PKCS#8 */
    public record Identity(String certificate, Secret key) {}

    /** @param base that relative paths start from */
    static Optional<UpstreamTls> read(Section upstream, Path base) {
        Section section = upstream.section("tls");
        Optional<String> ca = certificates(section, "ca", base);
        Optional<String> certificate = certificates(section, "certificate", base);
        Optional<String> key = file(section, "key", base);
        if (key.filter(pem -> !pem.contains("PRIVATE KEY-----")).isPresent()) {
            section.problem("key", "holds no private key; it must be PEM, PKCS#8, without a password");
        }
        if (certificate.isPresent() != key.isPresent()) {
            section.problem(certificate.isPresent() ? "key" : "certificate", "is missing: one is no use alone");
        }
        Optional<String> serverName = section.optionalText("serverName");
        section.refuseUnknownKeys();
        if (ca.isEmpty() && certificate.isEmpty() && serverName.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new UpstreamTls(
                ca, certificate.flatMap(pem -> key.map(secret -> new Identity(pem, new Secret(secret)))), serverName));
    }

    private static Optional<String> certificates(Section section, String key, Path base) {
        Optional<String> pem = file(section, key, base);
        if (pem.filter(text -> !isCertificates(text)).isPresent()) {
            section.problem(key, "holds no certificate; it must be one or more in PEM");
        }
        return pem;
    }

    private static Optional<String> file(Section section, String key, Path base) {
        return section.optionalText(key).flatMap(path -> {
            try {
                return Optional.of(Files.readString(base.resolve(path)));
            } catch (IOException | InvalidPathException e) {
                section.problem(
                        key,
                        "the file " + path + " cannot be read; check that it exists and that this user may read it");
                return Optional.empty();
            }
        });
    }

    private static boolean isCertificates(String pem) {
        try {
            byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
            return !CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes))
                    .isEmpty();
        } catch (CertificateException e) {
            return false;
        }
    }
}
