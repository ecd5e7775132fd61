package dev.portcullis.trace;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a distributed trace (W3C Trace Context, level 1): of a request, the trace of the caller, or a new one, and a span of our own in
 * it.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits: this gateway's part
 * @param flags two hexadecimal digits
 */
public record TraceContext(String traceId, String spanId, String flags) {
    /** The request header that carries it. */
    public static final String HEADER = "traceparent";

    private static final String STATE = "tracestate";
    // §3.2.2: later versions begin like version 00; all zeroes name nothing.
    private static final Pattern PARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?");

    /**
     * Takes part in the trace that the request belongs to, and writes our span into the request's own headers: whatever is relayed goes on
     * from there. Its flags are the caller's.
     */
    public static TraceContext join(HttpServerRequest request) {
        Matcher caller = caller(request);
        boolean called = caller.matches();
        TraceContext joined = called
                ? new TraceContext(caller.group(1), hex(), caller.group(3))
                : new TraceContext(hex() + hex(), hex(), "00");
        joined.lead(request, called);
        return joined;
    }

    /** Who sent the request, as it says itself; empty where that makes no sense. */
    public static Optional<TraceContext> of(HttpServerRequest request) {
        Matcher caller = caller(request);
        return caller.matches()
                ? Optional.of(new TraceContext(caller.group(1), caller.group(2), caller.group(3)))
                : Optional.empty();
    }

    /**
     * Writes this place into the request's own headers.
     *
     * @param called whether the request came from another place in the same trace
     */
    public void lead(HttpServerRequest request, boolean called) {
        if (!called) {
            // §3.3: it says something about a trace that is not there.
            request.headers().remove(STATE);
        }
        request.headers().set(HEADER, header());
    }

    private static Matcher caller(HttpServerRequest request) {
        String parent = request.getHeader(HEADER);
        return PARENT.matcher(parent == null ? "" : parent);
    }

    /** Of a request that {@link #join}ed. */
    public static String traceIdOf(HttpServerRequest request) {
        String parent = request.getHeader(HEADER);
        return parent == null ? "-" : parent.substring(3, 35);
    }

    /** The value of {@link #HEADER}. */
    public String header() {
        return "00-" + traceId + "-" + spanId + "-" + flags;
    }

    /** Sixteen digits, not all of them zero. Nothing depends on nobody guessing them. */
    private static String hex() {
        long bits = ThreadLocalRandom.current().nextLong() | 1;
        char[] digits = new char[16];
        for (int i = 0; i < 16; i++) {
            digits[i] = Character.forDigit((int) (bits >>> (60 - 4 * i)) & 0xF, 16);
        }
        return new String(digits);
    }
}
