package dev.portcullis.dev.mcp;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One legacy session: the calls that run in it and the streams it has. */
final class Session {
    private static final int KEPT_STREAMS = 8;

    private final String id;
    private final String protocolVersion;
    private final Map<Object, Cancellation> calls = new HashMap<>();
    private final Map<Integer, ReplayableStream> streams = new LinkedHashMap<>();
    private final Set<SseResponse> listeners = new LinkedHashSet<>();
    private Instant lastUse;
    private int streamCount;

    Session(String id, String protocolVersion, Instant now) {
        this.id = id;
        this.protocolVersion = protocolVersion;
        this.lastUse = now;
    }

    String id() {
        return id;
    }

    String protocolVersion() {
        return protocolVersion;
    }

    void used(Instant now) {
        lastUse = now;
    }

    boolean isIdleSince(Instant limit) {
        return calls.isEmpty() && listeners.isEmpty() && lastUse.isBefore(limit);
    }

    /** Throws {@link RpcRefusal} if a request with this id runs already: ids are unique within a session. */
    Cancellation startCall(Object requestId) {
        var cancellation = new Cancellation();
        if (calls.putIfAbsent(requestId, cancellation) != null) {
            throw RpcRefusal.invalidRequest("Invalid request: a request with this id is running");
        }
        return cancellation;
    }

    void endCall(Object requestId) {
        calls.remove(requestId);
    }

    /** Does nothing for a call that is unknown or over (MCP 2025-11-25 cancellation). */
    void cancelCall(Object requestId) {
        Optional.ofNullable(calls.get(requestId)).ifPresent(Cancellation::cancel);
    }

    /** A new stream; of those that are finished, only the latest stay for a client that comes back. */
    ReplayableStream newStream() {
        var stream = new ReplayableStream(++streamCount);
        streams.put(stream.id(), stream);
        if (streams.size() > KEPT_STREAMS) {
            streams.values().stream()
                    .filter(ReplayableStream::isFinished)
                    .findFirst()
                    .ifPresent(oldest -> streams.remove(oldest.id()));
        }
        return stream;
    }

    Optional<ReplayableStream> stream(int streamId) {
        return Optional.ofNullable(streams.get(streamId));
    }

    /** Keeps the session alive while this stream is open, and ends the stream with the session. */
    void listen(SseResponse listener) {
        listeners.add(listener);
        listener.onClose(() -> listeners.remove(listener));
    }

    /** Stops what runs and ends what is open. */
    void end() {
        List.copyOf(calls.values()).forEach(Cancellation::cancel);
        streams.values().forEach(ReplayableStream::finish);
        List.copyOf(listeners).forEach(SseResponse::end);
    }
}
