package dev.portcullis.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the gateway's own keys are.
 *
 * @param reload how often the directory is read again
 */
public record Keys(Path directory, Duration reload) {

    /** @param base that a relative path starts from: the file's own directory, so that both can be moved together */
    static Keys read(Section section, Path base) {
        Keys keys = new Keys(
                base.resolve(section.text("directory")).normalize(),
                section.duration("reload", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofHours(1)));
        section.refuseUnknownKeys();
        return keys;
    }
}
