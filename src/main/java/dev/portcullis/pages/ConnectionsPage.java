package dev.portcullis.pages;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * Which clients have access in the name of a person.
 *
 * @param sealedPage travels in the form
 * @param changed whether something was disconnected just now
 */
public record ConnectionsPage(String username, List<Connection> connections, String sealedPage, boolean changed) {

    /**
     * One client at one server.
     *
     * @param id travels in the form
     * @param clientName the client's own claim
     * @param clientHost where it says it is
     */
    public record Connection(
            String id, String clientName, String clientHost, String serverName, Moment since, Moment lastUsed) {}

    /** A point in time, as people and as browsers read it; in UTC, because a page without script does not know where it is. */
    public record Moment(Instant at) {
        private static final DateTimeFormatter WORDS = DateTimeFormatter.ofPattern(
                        "d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);

        public String words() {
            return WORDS.format(at);
        }

        /** For the {@code datetime} attribute. */
        public String iso() {
            return at.truncatedTo(ChronoUnit.SECONDS).toString();
        }
    }
}
