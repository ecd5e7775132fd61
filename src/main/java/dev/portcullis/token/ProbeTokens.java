package dev.portcullis.token;

import dev.portcullis.crypto.Sealer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What lets somebody who has the gateway's own keys have a short test stream sent, and nothing else: sealed for one resource and this purpose,
 * so it is no access token and no access token is one. It names nobody and opens nothing.
 */
public final class ProbeTokens {
    /** The {@code Authorization} scheme. */
    public static final String SCHEME = "Portcullis-Probe";

    // The stream is worth nothing, so a clock that is some minutes wrong may show itself rather than prevent it.
    private static final Duration LIFE = Duration.ofMinutes(10);

    private final Sealer sealer;
    private final InstantSource clock;

    public ProbeTokens(Sealer sealer, InstantSource clock) {
        this.sealer = sealer;
        this.clock = clock;
    }

    public String mint(String resource) {
        return sealer.seal(String.valueOf(clock.instant().plus(LIFE).getEpochSecond()), context(resource));
    }

    public boolean isGood(String token, String resource) {
        Optional<String> expiry = sealer.open(token, context(resource));
        return expiry.isPresent()
                && Instant.ofEpochSecond(Long.parseLong(expiry.get())).isAfter(clock.instant());
    }

    private static String context(String resource) {
        return "probe of " + resource;
    }
}
