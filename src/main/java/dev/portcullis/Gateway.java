package dev.portcullis;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.audit.ClientReference;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.Traces;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.http.ClientAddress;
import dev.portcullis.http.RequestMetrics;
import dev.portcullis.http.SlowClients;
import dev.portcullis.mcp.Admissions;
import dev.portcullis.mcp.StreamOpenings;
import dev.portcullis.mcp.upstream.UpstreamMetrics;
import dev.portcullis.ops.Draining;
import dev.portcullis.ops.ManagementServer;
import dev.portcullis.ops.Readiness;
import dev.portcullis.ops.Reloads;
import dev.portcullis.ops.Vitals;
import dev.portcullis.pages.Pages;
import dev.portcullis.redis.RedisMetrics;
import dev.portcullis.token.DeniedClients;
import dev.portcullis.token.RevocationFeed;
import dev.portcullis.token.Revocations;
import dev.portcullis.token.VerifiedTokens;
import dev.portcullis.trace.Tracer;
import dev.portcullis.trace.otlp.TraceExport;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.unix.Errors;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole gateway inside one Vert.x: one verticle instance a core, and the management server. */
public final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    // errno EADDRINUSE on Linux, the only system whose native transport the build brings.
    private static final int ADDRESS_IN_USE = 98;

    private static final Duration LAST_SPANS = Duration.ofMillis(500);

    private final Vertx vertx;
    private final GatewayConfig config;
    private final KeyRing keys;
    private final PrometheusMeterRegistry metrics;
    private final Draining draining;
    private final Reloads reloads = new Reloads();
    private final DeniedClients denied;
    private final AuditLog audit;
    // Touched only where it is present: otherwise nothing of OpenTelemetry is loaded.
    private volatile Optional<TraceExport> traces = Optional.empty();

    public Gateway(Vertx vertx, GatewayConfig config, KeyRing keys, PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.config = config;
        this.keys = keys;
        this.metrics = metrics;
        this.draining = new Draining(vertx, config.drain());
        this.denied = new DeniedClients(config.deniedClients());
        this.audit = new AuditLog(new ClientAddress(config.http()), metrics);
    }

    /** Fails with {@link BindException} where a port is taken. */
    public Future<Void> start(int instances) {
        InstantSource clock = InstantSource.system();
        Readiness readiness = new Readiness();
        readiness.watchDraining(draining::isUnderWay);
        Revocations revocations = new Revocations(config.revocation(), clock);
        readiness.watchRevocations(revocations::isKnown);
        metrics.gauge("portcullis.revocations.known", revocations, view -> view.isKnown() ? 1 : 0);
        metrics.gauge("portcullis.revocations.size", revocations, Revocations::size);
        VerifiedTokens verified = new VerifiedTokens(config.tokens().cacheSize(), keys, clock);
        verified.measure(metrics);
        RedisMetrics redis = new RedisMetrics(metrics);
        SecureRandom random = new SecureRandom();
        String replica = new RandomTokens(random).next(9);
        Optional<Traces> wanted = config.telemetry().traces();
        if (wanted.isPresent()) {
            traces = Optional.of(new TraceExport(wanted.get(), metrics, version(), replica));
        }
        Shared shared = new Shared(
                keys,
                verified,
                new Admissions(config.tokens().cacheSize()),
                new StreamOpenings(),
                revocations,
                denied,
                new Pages(),
                readiness,
                draining,
                reloads,
                new Vitals(metrics, readiness),
                new RequestMetrics(metrics),
                new UpstreamMetrics(metrics),
                redis,
                metrics,
                traces.isPresent() ? traces.get().tracer() : Tracer.OFF,
                audit,
                random,
                clock,
                instances);
        Future<?> exporting = traces.isPresent() ? vertx.deployVerticle(traces.get()) : Future.succeededFuture();
        return exporting
                .compose(ready -> vertx.deployVerticle(new RevocationFeed(config, revocations, redis, replica)))
                .compose(id -> vertx.deployVerticle(
                        () -> new GatewayVerticle(config, shared), new DeploymentOptions().setInstances(instances)))
                .compose(id -> new ManagementServer(
                                vertx, config.management(), new SlowClients(vertx, config.http()), readiness, metrics)
                        .start())
                .recover(failure -> Future.failedFuture(isPortTaken(failure) ? new BindException() : failure))
                .onSuccess(server -> LOG.atInfo()
                        .addKeyValue("publicUrl", config.publicUrl())
                        .addKeyValue("port", config.listen().port())
                        .addKeyValue("managementPort", server.actualPort())
                        .addKeyValue("upstreams", config.upstreams().keySet())
                        .addKeyValue("eventLoops", instances)
                        .addKeyValue("nativeTransport", vertx.isNativeTransportEnabled())
                        .log("Portcullis is open"))
                .mapEmpty();
    }

    /** Its upstreams and denied clients from now on; everything else stays. For any thread. */
    public Future<Void> adopt(GatewayConfig next) {
        Set<String> before = references(denied.adopt(next.deniedClients()));
        Set<String> now = references(next.deniedClients());
        if (!before.equals(now)) {
            audit.record(new AuditEvent.DeniedClientsChanged(without(now, before), without(before, now)));
        }
        return reloads.publish(next);
    }

    private static Set<String> references(Set<String> clientIds) {
        return clientIds.stream().map(ClientReference::of).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> without(Set<String> these, Set<String> those) {
        return these.stream().filter(one -> !those.contains(one)).toList();
    }

    /** Brings everything to its end, as {@code drain} in the configuration says; the Vert.x instance can be closed then. */
    public Future<Void> drain() {
        Instant end = Instant.now().plus(config.drain().timeout());
        Future<Void> drained = draining.begin();
        if (traces.isEmpty()) {
            return drained;
        }
        TraceExport export = traces.get();
        return drained.transform(done -> export.flush(left(end)).transform(sent -> drained));
    }

    /** What ended last has spans to send too, even if it was cut at the very end; whoever waits for that has a second more. */
    private static Duration left(Instant end) {
        Duration left = Duration.between(Instant.now(), end);
        return left.compareTo(LAST_SPANS) < 0 ? LAST_SPANS : left;
    }

    private static Optional<String> version() {
        return Optional.ofNullable(Gateway.class.getPackage().getImplementationVersion());
    }

    /** The native transport has an error of its own for it. */
    private static boolean isPortTaken(Throwable failure) {
        return failure instanceof Errors.NativeIoException problem && -problem.expectedErr() == ADDRESS_IN_USE;
    }
}
