package dev.portcullis.trace.otlp;

import dev.portcullis.config.Traces;
import dev.portcullis.trace.Tracer;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The tracer of a gateway process and what sends its spans to the collector: on threads of its own, in batches, out of a bounded queue. Where
 * the collector is slow or away spans are dropped, and counted (see {@link Losses}). Safe on any thread.
 */
public final class TraceExport extends VerticleBase {
    private static final Duration CLOSING = Duration.ofSeconds(1);
    private static final String SCOPE = "dev.portcullis";
    // Longer than anything we say; a limit in case that we are wrong.
    private static final SpanLimits LIMITS = SpanLimits.builder()
            .setMaxAttributeValueLength(256)
            .setMaxNumberOfAttributes(32)
            .setMaxNumberOfEvents(0)
            .setMaxNumberOfLinks(0)
            .build();

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    // Kept, because the logging of Java forgets what nobody holds.
    private final Logger silenced = Logger.getLogger("io.opentelemetry");

    /**
     * @param version of the gateway, where it is known
     * @param instance an id no other process has
     */
    public TraceExport(Traces config, MeterRegistry metrics, Optional<String> version, String instance) {
        // It would write stack traces to standard error; what matters of them is counted and said in our own log.
        silenced.setLevel(Level.OFF);
        Losses losses = new Losses(metrics, System::nanoTime);
        Semaphore room = new Semaphore(config.queue());
        BatchSpanProcessor batches = BatchSpanProcessor.builder(new CountedExporter(exporter(config), room, losses))
                // Never full: there are no more spans than there is room.
                .setMaxQueueSize(config.queue())
                .setMaxExportBatchSize(config.batchSize())
                .setScheduleDelay(config.batchInterval())
                .setExporterTimeout(config.timeout())
                .setMeterProvider(MeterProvider.noop())
                .build();
        this.provider = SdkTracerProvider.builder()
                .setResource(resource(config.serviceName(), version, instance))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.sampleRatio())))
                .setSpanLimits(LIMITS)
                .addSpanProcessor(new BoundedQueue(batches, room, losses))
                .build();
        this.tracer = new OtlpTracer(provider.get(SCOPE));
    }

    public Tracer tracer() {
        return tracer;
    }

    /** Sends what is waiting. Completes when that is done or the time is over, and never fails. */
    public Future<Void> flush(Duration within) {
        return within(within, provider.forceFlush());
    }

    /** Its threads end with the Vert.x instance that it was deployed in. */
    @Override
    public Future<?> stop() {
        return within(CLOSING, provider.shutdown());
    }

    private static Future<Void> within(Duration time, CompletableResultCode result) {
        Promise<Void> done = Promise.promise();
        result.whenComplete(done::tryComplete);
        return done.future()
                .timeout(Math.max(1, time.toMillis()), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    private static SpanExporter exporter(Traces config) {
        OtlpHttpSpanExporterBuilder builder = OtlpHttpSpanExporter.builder()
                .setEndpoint(config.endpoint().toString())
                .setTimeout(config.timeout())
                .setConnectTimeout(config.timeout())
                // Only the configuration counts, not what the Java process was told about proxies.
                .setProxy(ProxyOptions.create(HttpClient.Builder.NO_PROXY))
                .setMeterProvider(MeterProvider.noop());
        config.headers().forEach((name, value) -> builder.addHeader(name, value.reveal()));
        return builder.build();
    }

    private static Resource resource(String service, Optional<String> version, String instance) {
        AttributesBuilder attributes =
                Attributes.builder().put("service.name", service).put("service.instance.id", instance);
        version.ifPresent(known -> attributes.put("service.version", known));
        return Resource.getDefault().merge(Resource.create(attributes.build()));
    }
}
