package dev.portcullis.config;

/**
 * How much of one upstream is to be had.
 *
 * @param maxBodyBytes of one request
 */
public record UpstreamLimits(int maxBodyBytes) {

    static UpstreamLimits read(Section section) {
        var limits = new UpstreamLimits(section.bytes("maxBody", 16 * 1024 * 1024, 1024, Integer.MAX_VALUE));
        section.refuseUnknownKeys();
        return limits;
    }
}
