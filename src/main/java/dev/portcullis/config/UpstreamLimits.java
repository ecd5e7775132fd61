package dev.portcullis.config;

/**
 * How much of one upstream is to be had, in each gateway process. Zero for a rate or a number of exchanges is no limit.
 *
 * @param maxBodyBytes of one request
 * @param openPerUser exchanges of one user that may be under way at once, open streams included
 * @param streamsPerUser those of them that are meant to last: GET streams and {@code subscriptions/listen}
 * @param open exchanges of all users
 * @param ratePerUser requests a second of one user
 * @param burstPerUser how many may come at once after a pause
 * @param rate requests a second of all users
 */
public record UpstreamLimits(
        int maxBodyBytes,
        int openPerUser,
        int streamsPerUser,
        int open,
        int ratePerUser,
        int burstPerUser,
        int rate,
        int burst) {

    private static final int MANY = 1_000_000;

    static UpstreamLimits read(Section section) {
        var limits = new UpstreamLimits(
                section.bytes("maxBody", 16 * 1024 * 1024, 1024, Integer.MAX_VALUE),
                section.integer("openPerUser", 64, 0, MANY),
                section.integer("streamsPerUser", 32, 0, MANY),
                section.integer("open", 4096, 0, MANY),
                section.integer("ratePerUser", 100, 0, MANY),
                section.integer("burstPerUser", 400, 1, MANY),
                section.integer("rate", 0, 0, MANY),
                section.integer("burst", 1000, 1, MANY));
        section.refuseUnknownKeys();
        return limits;
    }
}
