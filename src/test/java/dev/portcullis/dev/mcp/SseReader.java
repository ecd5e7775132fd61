package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads Server-Sent Events as they come. Closing it drops the connection. */
final class SseReader implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    SseReader(HttpResponse<InputStream> response) {
        this.response = response;
        this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** One event; without data if it is a priming event. */
    record Event(Optional<String> id, String data) {
        JsonObject json() {
            return new JsonObject(data);
        }
    }

    int status() {
        return response.statusCode();
    }

    Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** The next line that is a comment. */
    String comment() throws IOException {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(":")) {
                return line;
            }
        }
        throw new IOException("the stream has ended");
    }

    /** The next event, past comments; empty at the end of the stream. */
    Optional<Event> next() throws IOException {
        var id = Optional.<String>empty();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                id = Optional.of(line.substring(4));
            } else if (line.startsWith("data: ")) {
                return Optional.of(new Event(id, line.substring(6)));
            }
        }
        return Optional.empty();
    }

    List<Event> rest() throws IOException {
        var events = new ArrayList<Event>();
        for (var event = next(); event.isPresent(); event = next()) {
            events.add(event.get());
        }
        return events;
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
