package dev.portcullis.doctor.wire;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * What was answered over HTTP.
 *
 * @param body bounded; what is longer is cut off
 * @param at when its head came, by the clock here
 * @param took from the question to the head
 * @param certificate of the server, with TLS
 */
public record Answer(
        int status,
        MultiMap headers,
        String body,
        HttpVersion version,
        Instant at,
        Duration took,
        Optional<X509Certificate> certificate) {

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The body, or what the one event of it says. */
    public Optional<JsonObject> json() {
        boolean events = header("Content-Type").orElse("").startsWith("text/event-stream");
        return events
                ? body.lines()
                        .filter(line -> line.startsWith("data:"))
                        .flatMap(line -> object(line.substring(5)).stream())
                        .reduce((earlier, later) -> later)
                : object(body);
    }

    /** How far the clock of whoever answered is ahead of ours; empty where it does not say what time it is (RFC 9110 §6.6.1). */
    public Optional<Duration> ahead() {
        return header("Date").flatMap(Answer::date).map(date -> {
            // Cut to whole seconds by the sender.
            Duration ahead = Duration.between(at, date.plusMillis(500));
            return ahead.abs().compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ZERO : ahead;
        });
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<JsonObject> object(String text) {
        try {
            return Json.decodeValue(text) instanceof JsonObject object ? Optional.of(object) : Optional.empty();
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    /** The status alone: headers and bodies can hold anything. */
    @Override
    public String toString() {
        return "status " + status;
    }
}
