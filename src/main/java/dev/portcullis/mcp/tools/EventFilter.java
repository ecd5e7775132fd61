package dev.portcullis.mcp.tools;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds each event of a stream back until it is whole (HTML, "Server-sent events", event stream interpretation). An event without a list of
 * tools passes as the bytes it was, comments and empty events included.
 */
final class EventFilter implements AnswerFilter {
    private static final String DATA = "data";

    private final Inspection inspection;
    private Buffer held = Buffer.buffer();
    // Up to here held bytes were looked at: the length of the complete lines, and where the last line began.
    private int scanned;
    private int lineStart;

    EventFilter(Inspection inspection) {
        this.inspection = inspection;
    }

    @Override
    public Buffer take(Buffer chunk) {
        int before = held.length();
        held.appendBuffer(chunk);
        Buffer ready = Buffer.buffer();
        int eventStart = 0;
        while (scanned < held.length()) {
            byte next = held.getByte(scanned);
            if (next != '\n' && next != '\r') {
                scanned++;
                continue;
            }
            if (next == '\r' && scanned + 1 == held.length()) {
                // A line feed may follow and belong to it.
                if (scanned > lineStart) {
                    break;
                }
                // An empty line ends the event already; a line feed behind it makes one more empty line, which means
                // nothing.
            }
            boolean empty = scanned == lineStart;
            scanned += next == '\r' && scanned + 1 < held.length() && held.getByte(scanned + 1) == '\n' ? 2 : 1;
            lineStart = scanned;
            if (empty) {
                ready.appendBuffer(event(held.getBuffer(eventStart, scanned)));
                eventStart = scanned;
            }
        }
        keep(eventStart);
        count(held.length() - before);
        return ready;
    }

    @Override
    public Buffer end() {
        // What no empty line ended is no event; clients drop it.
        return held;
    }

    private void keep(int from) {
        if (held.length() - from > inspection.maxBytes()) {
            throw TooLargeException.beyond(inspection.maxBytes());
        }
        if (from > 0) {
            held = held.getBuffer(from, held.length()).copy();
            scanned -= from;
            lineStart -= from;
        }
    }

    private void count(int more) {
        if (more > 0) {
            inspection.hold(more);
        } else if (more < 0) {
            inspection.holding().give(-more);
        }
    }

    private Buffer event(Buffer bytes) {
        String text = bytes.toString(StandardCharsets.UTF_8);
        if (!text.contains(DATA)) {
            return bytes;
        }
        List<String> others = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        for (String line : text.split("\r\n|\n|\r")) {
            String field = line.split(":", 2)[0];
            if (field.equals(DATA)) {
                String value = line.length() > DATA.length() ? line.substring(DATA.length() + 1) : "";
                data.append(value.startsWith(" ") ? value.substring(1) : value).append('\n');
            } else if (!line.isEmpty()) {
                others.add(line);
            }
        }
        byte[] before = data.toString().getBytes(StandardCharsets.UTF_8);
        byte[] after = inspection.lists().filter(before);
        if (after == before) {
            return bytes;
        }
        Buffer changed = Buffer.buffer();
        others.forEach(line -> changed.appendString(line).appendString("\n"));
        return changed.appendString(DATA + ": ").appendBytes(after).appendString("\n\n");
    }
}
