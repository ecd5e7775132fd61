package dev.portcullis.config;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Where spans go, and how many.
 *
 * @param endpoint of a collector: OTLP over HTTP, protobuf
 * @param headers sent to it, for example an API key
 * @param sampleRatio the part of the traces beginning here that is recorded, from 0 to 1; others are recorded if their callers do
 * @param serviceName what the gateway is called there
 * @param queue spans waiting or being sent, at most; what comes on top is dropped
 * @param timeout for one sending, with all its tries
 * @param batchSize spans sent together, at most
 * @param batchInterval how long a span may wait for others to be sent with
 */
public record Traces(
        URI endpoint,
        Map<String, Secret> headers,
        double sampleRatio,
        String serviceName,
        int queue,
        Duration timeout,
        int batchSize,
        Duration batchInterval) {

    static Optional<Traces> read(Section section) {
        boolean on = section.optionalText("endpoint").isPresent();
        Section batch = section.section("batch");
        Traces traces = new Traces(
                URI.create(on ? endpoint(section) : "http://off.invalid/"),
                FixedHeaders.read(section),
                section.decimal("sampleRatio", 0.1, 0, 1),
                section.text("serviceName", "portcullis"),
                section.integer("queue", 2048, 1, 1_000_000),
                section.duration("timeout", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(1)),
                batch.integer("size", 512, 1, 10_000),
                batch.duration("interval", Duration.ofSeconds(5), Duration.ofMillis(10), Duration.ofMinutes(1)));
        batch.refuseUnknownKeys();
        if (traces.batchSize > traces.queue) {
            batch.problem("size", "must not be larger than telemetry.traces.queue, " + traces.queue);
        }
        section.refuseUnknownKeys();
        return on ? Optional.of(traces) : Optional.empty();
    }

    private static String endpoint(Section section) {
        Optional<String> url = Urls.http(section, "endpoint");
        url.filter(text -> URI.create(text).getRawPath().length() <= 1)
                .ifPresent(text -> section.problem("endpoint", "must have the path too, usually /v1/traces"));
        return url.orElse("http://unresolved.invalid/");
    }
}
