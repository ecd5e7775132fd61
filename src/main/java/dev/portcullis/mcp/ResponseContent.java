package dev.portcullis.mcp;

import dev.portcullis.http.Silence;
import dev.portcullis.mcp.tools.AnswerFilter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;

/** The content (RFC 9110 §6.4) of one answer on its way to the client, no faster than that reads it. Its head must be in the response already. */
final class ResponseContent {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final HttpClientResponse inbound;
    private final Optional<AnswerFilter> filter;
    private final Silence silence;
    private final Exchange exchange;
    private long received;
    private long toReceive;

    ResponseContent(
            HttpServerRequest request,
            HttpClientResponse inbound,
            Optional<AnswerFilter> filter,
            Silence silence,
            Exchange exchange) {
        this.request = request;
        this.response = request.response();
        this.inbound = inbound;
        this.filter = filter;
        this.silence = silence;
        this.exchange = exchange;
    }

    void pass() {
        if (!request.isEnded()) {
            // An answer before the end of the question; what is left of that is not the next request.
            response.putHeader("Connection", "close");
        }
        if (Framing.isWithoutBody(request.method(), inbound.statusCode())) {
            inbound.endHandler(ended -> exchange.complete(inbound, Buffer.buffer()));
            return;
        }
        if (filter.isPresent()) {
            response.headers().remove("Content-Length");
        }
        if (!response.headers().contains("Content-Length")) {
            response.setChunked(true);
        }
        if (Framing.isEventStream(inbound)) {
            response.putHeader("X-Accel-Buffering", "no");
            // The first event may be minutes away; clients wait for the head.
            response.writeHead();
        }
        toReceive = Framing.length(response.headers());
        inbound.handler(this::forward);
        inbound.exceptionHandler(failure -> exchange.breakOff());
        inbound.endHandler(ended ->
                exchange.complete(inbound, filter.map(AnswerFilter::end).orElseGet(Buffer::buffer)));
    }

    private void forward(Buffer chunk) {
        silence.breakIt();
        write(chunk);
        if (!exchange.isOver() && response.writeQueueFull()) {
            inbound.pause();
            exchange.waitForClient();
            response.drainHandler(drained -> {
                exchange.waitForUpstream();
                inbound.resume();
            });
        }
    }

    private void write(Buffer chunk) {
        if (filter.isEmpty()) {
            received += chunk.length();
            if (received == toReceive && request.isEnded()) {
                exchange.complete(chunk);
            } else {
                response.write(chunk);
            }
            return;
        }
        try {
            Buffer ready = filter.get().take(chunk);
            if (ready.length() > 0) {
                response.write(ready);
            }
        } catch (AnswerFilter.TooLargeException e) {
            exchange.withhold(e);
        }
    }
}
