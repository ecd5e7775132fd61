package dev.portcullis.doctor;

import dev.portcullis.config.ConfigException;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.Problem;
import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.crypto.KeyException;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Examination;
import dev.portcullis.doctor.check.Known;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.check.Result;
import dev.portcullis.doctor.cognito.CognitoChecks;
import dev.portcullis.doctor.front.FrontChecks;
import dev.portcullis.doctor.keys.KeyChecks;
import dev.portcullis.doctor.redis.RedisChecks;
import dev.portcullis.doctor.upstream.UpstreamChecks;
import dev.portcullis.doctor.wire.Wire;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Examines what a gateway with this configuration depends on. Does nothing that the gateway may not do, and leaves nothing behind. */
public final class Doctor {
    private static final List<String> ORDER =
            List.of("config", "keys", "public", "cognito", "redis", "upstream", "clock");
    // No check waits for more than so many others in turn.
    private static final int DEPTH = 8;

    private final Vertx vertx;
    private final Options options;
    private final InstantSource clock;

    /**
     * What to look at, and how.
     *
     * @param environment for the configuration
     * @param timeout of each check
     * @param ca PEM certificates trusted at the public URL instead of those of the Java platform
     */
    public record Options(
            Path config, Map<String, String> environment, Duration timeout, Optional<Path> ca, Set<Subject> skip) {}

    public Doctor(Vertx vertx, Options options, InstantSource clock) {
        this.vertx = vertx;
        this.options = options;
        this.clock = clock;
    }

    /** Blocking: not for an event loop. */
    public Report examine() throws InterruptedException {
        GatewayConfig config;
        try {
            config = new ConfigReader(options.environment()).read(options.config());
        } catch (ConfigException e) {
            return new Report(unusable(e));
        }
        boolean withKeys = !options.skip().contains(Subject.KEYS);
        KeyDirectory directory = new KeyDirectory(config.keys().directory(), clock);
        Optional<KeyRing> ring = withKeys ? ring(directory) : Optional.empty();
        Optional<KeyChecks> keys = withKeys
                ? Optional.of(new KeyChecks(config.keys().directory(), directory, clock.instant()))
                : Optional.empty();
        Promise<List<Result>> results = Promise.promise();
        vertx.getOrCreateContext().runOnContext(now -> {
            Examination examination = new Examination(options.timeout());
            add(examination, config, keys, ring);
            examination.results().onComplete(results);
        });
        return new Report(ordered(await(results)));
    }

    private void add(Examination examination, GatewayConfig config, Optional<KeyChecks> keys, Optional<KeyRing> ring) {
        examination.add(new Known("config.file", new Outcome.Passed(options.config() + " can be used")));
        Check readable =
                keys.map(checks -> checks.add(examination)).orElseGet(() -> skipped(examination, Subject.KEYS));
        Wire wire = Wire.of(vertx, options.ca(), options.timeout(), clock);
        if (options.skip().contains(Subject.PUBLIC)) {
            skipped(examination, Subject.PUBLIC);
        } else {
            new FrontChecks(vertx, config, wire, clock).add(examination, ring, readable);
        }
        if (options.skip().contains(Subject.COGNITO)) {
            skipped(examination, Subject.COGNITO);
        } else {
            Wire outside = Wire.of(vertx, Optional.empty(), options.timeout(), clock);
            CognitoChecks.add(examination, vertx, config, options.timeout(), outside, clock);
        }
        if (options.skip().contains(Subject.REDIS)) {
            skipped(examination, Subject.REDIS);
        } else {
            RedisChecks.add(examination, vertx, config, options.timeout());
        }
        if (options.skip().contains(Subject.UPSTREAM)) {
            skipped(examination, Subject.UPSTREAM);
        } else {
            config.upstreams().values().forEach(upstream -> UpstreamChecks.add(examination, vertx, upstream, clock));
        }
    }

    private static Check skipped(Examination examination, Subject subject) {
        return examination.add(new Known(subject + ".all", new Outcome.Skipped("as asked")));
    }

    private static List<Result> unusable(ConfigException e) {
        List<Result> results = new ArrayList<>();
        for (Problem problem : e.problems()) {
            results.add(new Result(
                    "config.file",
                    Optional.of(problem.path()).filter(path -> !path.isEmpty()),
                    new Outcome.Failed(
                            problem.message(),
                            "Correct the file; conf/gateway.yaml of the distribution explains every setting."),
                    Duration.ZERO));
        }
        for (Subject subject : Subject.values()) {
            results.add(new Result(
                    subject + ".all", Optional.empty(), new Outcome.Skipped("needs config.file"), Duration.ZERO));
        }
        return results;
    }

    private static Optional<KeyRing> ring(KeyDirectory directory) {
        try {
            return Optional.of(directory.read());
        } catch (KeyException e) {
            // A check of its own says so.
            return Optional.empty();
        }
    }

    private List<Result> await(Promise<List<Result>> results) throws InterruptedException {
        try {
            return results.future()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(options.timeout().toMillis() * DEPTH, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("every check ends by itself", e);
        }
    }

    /** By subject; as they were added within one. */
    private static List<Result> ordered(List<Result> results) {
        return results.stream()
                .sorted(Comparator.comparingInt(result -> ORDER.indexOf(result.subject())))
                .toList();
    }
}
