package dev.portcullis.testkit;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Takes traces as an OpenTelemetry collector does: OTLP over HTTP, in protobuf. */
public final class Collector implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final int port;
    private final AtomicInteger calls = new AtomicInteger();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<MultiMap> headers = new CopyOnWriteArrayList<>();
    private final List<Received> spans = new CopyOnWriteArrayList<>();
    private final List<Resource> resources = new CopyOnWriteArrayList<>();
    private volatile Mood mood = Mood.WELL;

    /** How it is. */
    public enum Mood {
        WELL,
        /** Answers 500, which is not to be tried again. */
        BROKEN,
        /** Reads requests and says nothing. */
        SILENT
    }

    /** A span as it came; ids in hexadecimal digits, empty for none. */
    public record Received(
            String traceId,
            String id,
            String parent,
            String name,
            Span.SpanKind kind,
            boolean failed,
            Map<String, String> attributes) {

        private static Received of(Span span) {
            return new Received(
                    hex(span.getTraceId().toByteArray()),
                    hex(span.getSpanId().toByteArray()),
                    hex(span.getParentSpanId().toByteArray()),
                    span.getName(),
                    span.getKind(),
                    span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
                    span.getAttributesList().stream()
                            .collect(Collectors.toMap(KeyValue::getKey, pair -> text(pair.getValue()))));
        }

        private static String hex(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }

        private static String text(AnyValue value) {
            return value.hasIntValue() ? String.valueOf(value.getIntValue()) : value.getStringValue();
        }

        public String attribute(String key) {
            return attributes.getOrDefault(key, "");
        }

        public boolean isChildOf(Received other) {
            return parent.equals(other.id) && traceId.equals(other.traceId);
        }
    }

    public Collector() {
        port = World.await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "localhost"))
                .actualPort();
    }

    public String url() {
        return "http://localhost:" + port + "/v1/traces";
    }

    public void mood(Mood next) {
        mood = next;
    }

    /** Requests so far, whatever became of them. */
    public int calls() {
        return calls.get();
    }

    /** The headers of each request so far. */
    public List<MultiMap> headers() {
        return headers;
    }

    /** Every byte of every request so far, a character each. */
    public String raw() {
        return String.join("", bodies);
    }

    /** Whose spans they are, once for each request that was taken. */
    public List<Resource> resources() {
        return resources;
    }

    /** What was taken so far. */
    public List<Received> spans() {
        return spans;
    }

    /** Waits for a span like this. */
    public Received span(Predicate<Received> which) {
        return spans(which, 1).get(0);
    }

    /** Waits for so many spans like this. */
    public List<Received> spans(Predicate<Received> which, int count) {
        return await().atMost(PATIENCE)
                .until(() -> spans.stream().filter(which).toList(), found -> found.size() >= count);
    }

    private void handle(HttpServerRequest request) {
        calls.incrementAndGet();
        headers.add(MultiMap.caseInsensitiveMultiMap().addAll(request.headers()));
        request.body().onSuccess(body -> {
            if (mood == Mood.BROKEN) {
                request.response().setStatusCode(500).end();
            } else if (mood == Mood.WELL) {
                take(body);
                request.response()
                        .putHeader("Content-Type", "application/x-protobuf")
                        .end();
            }
        });
    }

    private void take(Buffer body) {
        bodies.add(new String(body.getBytes(), StandardCharsets.ISO_8859_1));
        try {
            ExportTraceServiceRequest.parseFrom(body.getBytes())
                    .getResourceSpansList()
                    .forEach(from -> {
                        resources.add(from.getResource());
                        from.getScopeSpansList()
                                .forEach(scope -> scope.getSpansList().forEach(span -> spans.add(Received.of(span))));
                    });
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("this is no OTLP", e);
        }
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the collector could not be closed", e);
        }
    }
}
