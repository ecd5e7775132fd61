package dev.portcullis.fetch;

import dev.portcullis.config.ClientDocuments;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long a response stays fresh by its own headers, for a private cache (RFC 9111 §4.2), within the operator's bounds. */
final class Freshness {
    private static final Pattern NO_STORE = directive("no-store");
    private static final Pattern NO_CACHE = directive("no-cache");
    private static final Pattern MAX_AGE = Pattern.compile("(?:^|[,\\s])max-age\\s*=\\s*\"?(\\d{1,10})");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,10}");

    private final ClientDocuments.Cache bounds;

    Freshness(ClientDocuments.Cache bounds) {
        this.bounds = bounds;
    }

    /** Empty for what must not be stored; the shortest time the operator allows for what should be asked for again each time. */
    Optional<Duration> of(MultiMap headers, Instant now) {
        String control = String.join(",", headers.getAll("Cache-Control")).toLowerCase(Locale.ROOT);
        if (NO_STORE.matcher(control).find()) {
            return Optional.empty();
        }
        if (NO_CACHE.matcher(control).find()) {
            return Optional.of(bounds.minTtl());
        }
        Matcher maxAge = MAX_AGE.matcher(control);
        Duration lifetime = maxAge.find()
                ? Duration.ofSeconds(Long.parseLong(maxAge.group(1))).minus(age(headers))
                : headers.contains("Expires")
                        ? date(headers.get("Expires"))
                                .map(end -> Duration.between(now, end))
                                .orElse(Duration.ZERO)
                        : bounds.defaultTtl();
        return Optional.of(bounds.clamp(lifetime));
    }

    private static Duration age(MultiMap headers) {
        return Optional.ofNullable(headers.get("Age"))
                .filter(age -> SECONDS.matcher(age).matches())
                .map(age -> Duration.ofSeconds(Long.parseLong(age)))
                .orElse(Duration.ZERO);
    }

    /** RFC 9111 §5.3: what is no date, 0 above all, is in the past. */
    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Pattern directive(String name) {
        return Pattern.compile("(?:^|[,\\s])" + name + "(?:$|[,\\s=])");
    }
}
