package dev.portcullis.config;

/**
 * What is written down about requests.
 *
 * @param access whether there is a line for each request
 */
public record Logging(boolean access) {

    static Logging read(Section section) {
        Logging logging = new Logging(section.flag("access", true));
        section.refuseUnknownKeys();
        return logging;
    }
}
