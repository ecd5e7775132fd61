package dev.portcullis.dev.mcp;

import java.time.Duration;

/**
 * Every limit of the server in one place.
 *
 * @param bodyBytes the largest request body taken, in bytes
 * @param bodyWait how long a request may take to send its body
 * @param sessions how many legacy sessions live at once; one more ends the longest unused one
 * @param sessionIdle how long a legacy session lives without a request, a running call or an open stream
 * @param openStreams how many calls run and notification streams stay open at once, over all clients
 * @param keepAlive the pause between two comments on a silent stream
 * @param second how long {@code countdown} takes for one of its seconds
 */
record Bounds(
        int bodyBytes,
        Duration bodyWait,
        int sessions,
        Duration sessionIdle,
        int openStreams,
        Duration keepAlive,
        Duration second) {
    static Bounds standard() {
        return new Bounds(
                1024 * 1024,
                Duration.ofSeconds(10),
                256,
                Duration.ofMinutes(30),
                256,
                Duration.ofSeconds(15),
                Duration.ofSeconds(1));
    }
}
