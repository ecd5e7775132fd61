package dev.portcullis.config;

import java.time.Duration;

/**
 * What a browser remembers of the person's approvals.
 *
 * @param lifetime of one approval
 * @param maxPerBrowser beyond, the oldest is forgotten; 0 remembers none
 * @param nativeApps whether the consent page may be skipped for redirects to loopback and to private-use schemes as well, where nothing
 *     proves that the same application is asking (RFC 8252 §8.6)
 */
public record Approvals(Duration lifetime, int maxPerBrowser, boolean nativeApps) {
    // Together they have to fit into one cookie of 4 KiB.
    private static final int MOST = 20;

    static Approvals read(Section section) {
        var approvals = new Approvals(
                section.duration("lifetime", Duration.ofDays(30), Duration.ofSeconds(1), Duration.ofDays(365)),
                section.integer("maxPerBrowser", 16, 0, MOST),
                section.flag("nativeApps", false));
        section.refuseUnknownKeys();
        return approvals;
    }
}
