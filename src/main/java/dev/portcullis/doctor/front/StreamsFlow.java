package dev.portcullis.doctor.front;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code public.stream}: whether events arrive one by one. Measured at the MCP endpoint itself, with a stream that the gateway sends to
 * whoever holds its keys.
 */
record StreamsFlow(String name, Once<Stream> stream) implements Check {
    // The gateway takes 800 ms from the first event to the last.
    private static final Duration HELD_BACK = Duration.ofMillis(300);

    @Override
    public String id() {
        return "public.stream";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(name);
    }

    static boolean flows(Duration spread) {
        return spread.compareTo(HELD_BACK) > 0;
    }

    @Override
    public Future<Outcome> run() {
        return stream.get().map(StreamsFlow::judge);
    }

    private static Outcome judge(Stream seen) {
        if (seen.status() == 401) {
            // Its dependents would know no more.
            return new Outcome.Skipped(
                    "the gateway there does not accept a probe made with these keys: it has others, is older, or the clocks differ"
                            + " by minutes");
        }
        if (seen.status() != 200) {
            return new Outcome.Failed("a stream is answered " + seen.status(), "Let the proxy pass POST to this path.");
        }
        if (!flows(seen.spread())) {
            return new Outcome.Failed(
                    "events arrive all at once: something in front of the gateway collects them",
                    "Switch response buffering off there (nginx: proxy_buffering off, no proxy_ignore_headers X-Accel-Buffering)"
                            + (seen.encoding().isPresent() ? " and do not compress text/event-stream." : "."));
        }
        if (!seen.complete()) {
            return new Outcome.Failed(
                    "the stream is cut before its end",
                    "Raise the read time-out of the proxy (nginx: proxy_read_timeout 3600s) and let HTTP/1.1 through to the gateway.");
        }
        return seen.encoding().isPresent()
                ? new Outcome.Warned(
                        "events arrive one by one, but compressed ("
                                + seen.encoding().get() + ")",
                        "Exclude text/event-stream from compression: some clients and proxies wait for more of it.")
                : new Outcome.Passed("events arrive one by one, uncompressed");
    }

    @Override
    public String remedy() {
        return "Let the proxy pass event streams on as they come (nginx: proxy_buffering off, proxy_http_version 1.1).";
    }
}
