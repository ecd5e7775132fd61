package dev.portcullis.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a request belongs in a distributed trace (W3C Trace Context, level 1): the trace of the caller, or a new one, and a span of our own
 * in it.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits: this gateway's part
 * @param flags two hexadecimal digits, as the caller had them
 */
public record TraceContext(String traceId, String spanId, String flags) {
    /** The request header that carries it. */
    public static final String HEADER = "traceparent";

    private static final String STATE = "tracestate";
    // §3.2.2: later versions begin like version 00; all zeroes name nothing.
    private static final Pattern PARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?");

    /**
     * Takes part in the trace that the request belongs to, and writes our span into the request's own headers: whatever is relayed goes on
     * from there.
     */
    public static TraceContext join(HttpServerRequest request) {
        MultiMap headers = request.headers();
        String parent = headers.get(HEADER);
        Matcher matcher = PARENT.matcher(parent == null ? "" : parent);
        TraceContext joined;
        if (matcher.matches()) {
            joined = new TraceContext(matcher.group(1), hex(), matcher.group(2));
        } else {
            joined = new TraceContext(hex() + hex(), hex(), "00");
            // §3.3: it says something about a trace that is not there.
            headers.remove(STATE);
        }
        headers.set(HEADER, joined.header());
        return joined;
    }

    /** Of a request that {@link #join}ed. */
    public static String traceIdOf(HttpServerRequest request) {
        String parent = request.getHeader(HEADER);
        return parent == null ? "-" : parent.substring(3, 35);
    }

    private String header() {
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
