package dev.portcullis.audit;

import dev.portcullis.http.ClientAddress;
import dev.portcullis.http.RequestId;
import dev.portcullis.trace.TraceContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes audit events to the logger {@code portcullis.audit}, a line each, and counts them: {@code portcullis_audit_events_total} by event and
 * outcome. Safe on any thread.
 */
public final class AuditLog {
    private static final Logger LOG = LoggerFactory.getLogger("portcullis.audit");

    private final ClientAddress addresses;
    private final MeterRegistry metrics;

    public AuditLog(ClientAddress addresses, MeterRegistry metrics) {
        this.addresses = addresses;
        this.metrics = metrics;
        Outcomes.forEach(this::counter);
    }

    /** Where the events of one request go; may outlive the request. */
    public interface Trail {
        void record(AuditEvent event);
    }

    /** What happens because of this request. */
    public Trail of(HttpServerRequest request) {
        Map<String, String> origin = Map.of(
                "address",
                addresses.of(request),
                "requestId",
                RequestId.of(request),
                "traceId",
                TraceContext.traceIdOf(request));
        return event -> write(event, origin);
    }

    /** What happens by itself. */
    public void record(AuditEvent event) {
        write(event, Map.of());
    }

    private void write(AuditEvent event, Map<String, String> origin) {
        counter(event.event(), event.outcome()).increment();
        LoggingEventBuilder line =
                LOG.atInfo().addKeyValue("event", event.event()).addKeyValue("outcome", event.outcome());
        for (Map.Entry<String, Object> detail : event.details().entrySet()) {
            line = line.addKeyValue(detail.getKey(), detail.getValue());
        }
        for (Map.Entry<String, String> where : origin.entrySet()) {
            line = line.addKeyValue(where.getKey(), where.getValue());
        }
        line.log("{} {}", event.event(), event.outcome());
    }

    private Counter counter(String event, String outcome) {
        return metrics.counter("portcullis.audit.events", "event", event, "outcome", outcome);
    }
}
