package dev.portcullis.doctor.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Examination;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.redis.RedisInspection;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.RedisMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Which checks there are, and which build on which. */
public final class RedisChecks {
    private RedisChecks() {}

    /** @param patience with each answer: what is slow shall be seen as slow, not as absent */
    public static void add(Examination examination, Vertx vertx, GatewayConfig gateway, Duration patience) {
        GatewayConfig.Redis config = gateway.withPatience(patience).redis();
        RedisInspection inspection = new RedisInspection(vertx, config);
        RedisMetrics metrics = new RedisMetrics(new SimpleMeterRegistry());
        Once<List<RedisInspection.Seen>> servers = new Once<>(inspection::servers);
        Once<RedisLink> link = new Once<>(() -> {
            RedisLink own = new RedisLink(vertx, config, metrics);
            return own.start().map(own);
        });
        String name = "doctor-" + UUID.randomUUID();
        Check reached = examination.add(new RedisReached(config.address(), servers));
        Check shape = examination.add(new ShapeFits(config.address().kind(), servers), reached);
        Check role = examination.add(new TakesWrites(servers), shape);
        examination.add(new VersionIsNewEnough(servers), reached);
        examination.add(new NothingIsEvicted(servers), reached);
        examination.add(new Persists(servers), reached);
        examination.add(new HasReplicas(config.address().kind(), servers), reached);
        examination.add(new AnswersQuickly(inspection, gateway.redis().timeout()), reached);
        examination.add(new RunsScripts(link, name), role);
        examination.add(new MayTouchOurKeys(link, name), role);
        examination.add(new PassesMessages(vertx, config, metrics, link, name), role);
    }
}
