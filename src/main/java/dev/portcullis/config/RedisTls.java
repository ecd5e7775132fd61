package dev.portcullis.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS to Redis, for a {@code rediss} URL.
 *
 * @param ca PEM file of those whose certificates are believed; without it those that Java believes
 * @param certificate of the gateway, a PEM file, where Redis asks for one
 * @param key of that certificate
 * @param verifyHost whether the certificate has to name the host that was asked for
 */
public record RedisTls(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key, boolean verifyHost) {

    /** @param base that relative paths start from */
    static RedisTls read(Section section, Path base) {
        RedisTls tls = new RedisTls(
                file(section, "ca", base),
                file(section, "certificate", base),
                file(section, "key", base),
                section.flag("verifyHost", true));
        if (tls.certificate().isPresent() != tls.key().isPresent()) {
            section.problem("key", "and redis.tls.certificate go together: set both or neither");
        }
        section.refuseUnknownKeys();
        return tls;
    }

    private static Optional<Path> file(Section section, String key, Path base) {
        Optional<Path> file = section.optionalText(key).map(base::resolve).map(Path::normalize);
        if (file.filter(path -> !Files.isReadable(path)).isPresent()) {
            section.problem(key, "names a file that is not there, or that this user may not read");
        }
        return file;
    }
}
