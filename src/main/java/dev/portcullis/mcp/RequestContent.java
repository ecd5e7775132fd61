package dev.portcullis.mcp;

import dev.portcullis.http.Silence;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** The content (RFC 9110 §6.4) of one request on its way to the upstream, no faster than that takes it, and bounded. */
final class RequestContent {
    private final HttpServerRequest request;
    private final HttpClientRequest outbound;
    private final long maxBody;
    private final Silence silence;
    private final Runnable tooLarge;
    private final Runnable left;
    private boolean reading;
    private boolean whole;
    private long sent;
    private long toSend;

    /**
     * @param maxBody bytes; of a longer one {@code tooLarge} is told
     * @param left told when the client is gone before its end
     */
    RequestContent(
            HttpServerRequest request,
            HttpClientRequest outbound,
            long maxBody,
            Silence silence,
            Runnable tooLarge,
            Runnable left) {
        this.request = request;
        this.outbound = outbound;
        this.maxBody = maxBody;
        this.silence = silence;
        this.tooLarge = tooLarge;
        this.left = left;
    }

    /** @param read the body, where it had to be read already */
    void send(Optional<Buffer> read) {
        if (read.isPresent()) {
            outbound.putHeader("Content-Length", String.valueOf(read.get().length()));
            whole = true;
            outbound.end(read.get());
            return;
        }
        if (request.isEnded() || !Framing.hasBody(request)) {
            sendNothing();
            return;
        }
        if (!outbound.headers().contains("Content-Length")) {
            outbound.setChunked(true);
        }
        toSend = Framing.length(outbound.headers());
        if (toSend == 0) {
            sendNothing();
            return;
        }
        if (Framing.expectsContinue(request)) {
            request.response().writeContinue();
        }
        reading = true;
        request.handler(this::forward);
        request.exceptionHandler(failure -> left.run());
        request.endHandler(ended -> {
            if (!whole) {
                whole = true;
                outbound.end();
            }
        });
        request.resume();
    }

    /** Whether it is the client that has to go on: neither has the body come to its end, nor does the upstream hold it back. */
    boolean isAwaited() {
        return reading && !whole && !request.isEnded() && !outbound.writeQueueFull();
    }

    /** Whether the upstream has not taken yet what it was sent. */
    boolean isStuck() {
        return reading && !whole && outbound.writeQueueFull();
    }

    private void sendNothing() {
        request.resume();
        whole = true;
        outbound.end();
    }

    private void forward(Buffer chunk) {
        sent += chunk.length();
        if (sent > maxBody) {
            tooLarge.run();
            return;
        }
        silence.breakIt();
        if (sent == toSend) {
            // The last bytes and the end in one write: most messages come in one piece.
            whole = true;
            outbound.end(chunk);
            return;
        }
        outbound.write(chunk);
        if (outbound.writeQueueFull()) {
            request.pause();
            outbound.drainHandler(drained -> request.resume());
        }
    }
}
