package dev.portcullis.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.crypto.KeyPurpose;
import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.dev.cognito.Faults;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.check.Result;
import dev.portcullis.testkit.FrontProxy;
import dev.portcullis.testkit.FrontProxy.Habit;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisGroup;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TcpRelay;
import io.netty.handler.ssl.util.SelfSignedCertificate;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The doctor")
class DoctorTest {
    private static Patient patient;

    @BeforeAll
    static void build() {
        patient = new Patient();
    }

    @AfterAll
    static void end() {
        patient.close();
    }

    @AfterEach
    void recover() {
        patient.recover();
    }

    @Test
    @DisplayName("finds nothing wrong in a healthy world")
    void healthy() {
        Report report = patient.examine(Optional.empty());

        assertThat(report.results())
                .allSatisfy(
                        result -> assertThat(result.outcome()).as(result.id()).isInstanceOf(Outcome.Passed.class));
        assertThat(report.results())
                .extracting(Result::id)
                .contains(
                        "config.file",
                        "keys.directory",
                        "public.issuer",
                        "public.keys",
                        "public.challenge",
                        "public.headers",
                        "public.stream",
                        "public.proxies",
                        "cognito.issuer",
                        "cognito.callback",
                        "cognito.scopes",
                        "cognito.secret",
                        "redis.policy",
                        "redis.latency",
                        "redis.pubsub",
                        "redis.permissions",
                        "upstream.era",
                        "upstream.session",
                        "clock.cognito",
                        "clock.public");
        assertThat(report.exitCode(true)).isZero();
    }

    @ParameterizedTest
    @MethodSource("troubles")
    @DisplayName("knows every trouble by its name, and a remedy")
    void trouble(Consumer<Patient> trouble, String id, Class<? extends Outcome> kind, String finding, String remedy) {
        trouble.accept(patient);

        Report report = patient.examine(subject(id));

        Result result = report.results().stream()
                .filter(one -> one.id().equals(id))
                .filter(one -> kind.isInstance(one.outcome()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(new Table(true, false).of(report)));
        assertThat(result.outcome().finding()).contains(finding);
        assertThat(result.outcome().remedy().orElse("")).contains(remedy);
        assertThat(report.json().encode() + new Table(true, false).of(report))
                .doesNotContain(Patient.REDIS_PASSWORD)
                .doesNotContain(
                        patient.world.cognito().pool().client().secrets().get(0))
                .doesNotContain("wr0ng");
    }

    private static Optional<Subject> subject(String id) {
        String prefix = id.startsWith("clock.") ? id.substring("clock.".length()) : id.substring(0, id.indexOf('.'));
        return Stream.of(Subject.values())
                .filter(subject -> subject.toString().equals(prefix))
                .findFirst();
    }

    private static Arguments failed(String name, Consumer<Patient> trouble, String id, String finding, String remedy) {
        return argumentSet(name, trouble, id, Outcome.Failed.class, finding, remedy);
    }

    private static Arguments warned(String name, Consumer<Patient> trouble, String id, String finding, String remedy) {
        return argumentSet(name, trouble, id, Outcome.Warned.class, finding, remedy);
    }

    static Stream<Arguments> troubles() {
        return Stream.of(own(), front(), cognito(), redis(), upstream()).flatMap(List::stream);
    }

    private static List<Arguments> own() {
        return List.of(
                failed(
                        "a setting that is missing",
                        patient -> patient.section("cognito").remove("clientId"),
                        "config.file",
                        "is missing",
                        "conf/gateway.yaml"),
                failed(
                        "keys that are not there",
                        patient -> patient.section("keys").put("directory", "nowhere"),
                        "keys.directory",
                        "cannot be read",
                        "portcullis keys --out"),
                warned(
                        "keys that everybody may read",
                        patient -> patient.section("keys").put("directory", readableKeys(patient)),
                        "keys.permissions",
                        "can be read by every user",
                        "chmod o-r"),
                warned(
                        "a signing key of two years",
                        patient -> patient.clockAhead = Duration.ofDays(730),
                        "keys.age",
                        "signing 7",
                        "portcullis keys --rotate signing"),
                failed(
                        "other keys than the gateway has",
                        patient -> patient.section("keys").put("directory", readableKeys(patient)),
                        "public.keys",
                        "other signing keys",
                        "same key directory"));
    }

    private static List<Arguments> front() {
        return List.of(
                failed(
                        "a public name that is not known",
                        patient -> patient.yaml.put("publicUrl", "https://gateway.invalid"),
                        "public.resolve",
                        "cannot be resolved",
                        "DNS record"),
                failed(
                        "nobody at the public URL",
                        patient -> patient.yaml.put("publicUrl", "http://localhost:" + Ports.free()),
                        "public.reach",
                        "nothing listens",
                        "publicUrl"),
                failed(
                        "a proxy that lost the gateway",
                        patient -> patient.proxy.habit(Habit.LOST_GATEWAY),
                        "public.reach",
                        "502",
                        "listen.port"),
                failed(
                        "a certificate that nobody trusts",
                        patient -> tls(patient, Duration.ofDays(90), false),
                        "public.reach",
                        "not from an authority",
                        "--ca"),
                failed(
                        "a certificate that has expired",
                        patient -> tls(patient, Duration.ofDays(-2), true),
                        "public.tls",
                        "has expired",
                        "Renew"),
                warned(
                        "a certificate that expires soon",
                        patient -> tls(patient, Duration.ofDays(5), true),
                        "public.tls",
                        "good for 4 more days",
                        "Renew"),
                failed(
                        "another issuer",
                        patient -> patient.yaml.put("publicUrl", "http://127.0.0.1:" + patient.proxy.port()),
                        "public.issuer",
                        "calls itself http://localhost:",
                        "publicUrl"),
                failed(
                        "a proxy that renames the challenge",
                        patient -> patient.proxy.habit(Habit.RENAMES_CHALLENGE),
                        "public.challenge",
                        "calls it x-amzn-remapped-www-authenticate",
                        "API Gateway"),
                failed(
                        "a proxy that drops the challenge",
                        patient -> patient.proxy.habit(Habit.DROPS_CHALLENGE),
                        "public.challenge",
                        "without WWW-Authenticate",
                        "pass WWW-Authenticate on"),
                failed(
                        "a proxy with a login of its own",
                        patient -> patient.proxy.habit(Habit.WANTS_LOGIN),
                        "public.challenge",
                        "302 instead of 401",
                        "without a login"),
                failed(
                        "a proxy with room for short headers",
                        patient -> patient.proxy.habit(Habit.SHORT_HEADERS),
                        "public.headers",
                        "of 6 KiB gets through, of 7 KiB not (400)",
                        "large_client_header_buffers"),
                warned(
                        "a proxy with less room than the gateway",
                        patient -> patient.proxy.habit(Habit.SHORTISH_HEADERS),
                        "public.headers",
                        "of 12 KiB gets through, of 13 KiB not (the connection was closed",
                        "http.maxHeader"),
                failed(
                        "a proxy that collects events",
                        patient -> patient.proxy.habit(Habit.COLLECTS_ANSWERS),
                        "public.stream",
                        "all at once",
                        "proxy_buffering off"),
                failed(
                        "a proxy that ends streams",
                        patient -> patient.proxy.habit(Habit.CUTS_STREAMS),
                        "public.stream",
                        "cut before its end",
                        "proxy_read_timeout"),
                failed(
                        "a proxy that keeps well-known addresses for itself",
                        patient -> patient.proxy.habit(Habit.KEEPS_WELL_KNOWN),
                        "public.resource",
                        "answers 404 and no metadata",
                        "/.well-known/"),
                warned(
                        "a proxy that compresses events",
                        patient -> patient.proxy.habit(Habit.COMPRESSES),
                        "public.stream",
                        "compressed (gzip)",
                        "text/event-stream"),
                warned(
                        "a proxy that is not trusted",
                        patient -> patient.proxy.habit(Habit.NAMES_CLIENT),
                        "public.proxies",
                        "not believed",
                        "http.trustedProxies"),
                failed(
                        "a clock here that is wrong",
                        patient -> patient.clockAhead = Duration.ofMinutes(-3),
                        "clock.public",
                        "ahead of the one here",
                        "NTP"));
    }

    private static List<Arguments> cognito() {
        return List.of(
                failed(
                        "a pool that does not answer",
                        patient -> patient.world.cognito().faults().on(Call.DISCOVERY, Fault.serverError()),
                        "cognito.discovery",
                        "answers 500",
                        "cognito.issuer"),
                failed(
                        "another issuer",
                        patient -> patient.section("cognito")
                                .put("issuer", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"),
                        "cognito.issuer",
                        "the pool calls itself",
                        "cognito.issuer"),
                warned(
                        "another domain than the pool's",
                        patient -> patient.section("cognito")
                                .put("domain", patient.world.cognito().domain().replace("localhost", "127.0.0.1")),
                        "cognito.endpoints",
                        "the pool names",
                        "cognito.domain"),
                failed(
                        "a pool without keys",
                        patient -> patient.world.cognito().faults().on(Call.JWKS, Fault.noKeys()),
                        "cognito.keys",
                        "no usable key",
                        "cognito.jwksUri"),
                failed(
                        "nobody at the domain",
                        patient -> patient.section("cognito").put("domain", "http://localhost:" + Ports.free()),
                        "cognito.domain",
                        "nothing listens",
                        "cognito.domain"),
                failed(
                        "a firewall at the domain",
                        patient -> patient.world.cognito().faults().on(Call.AUTHORIZE, Fault.html(403)),
                        "cognito.domain",
                        "answers 403",
                        "web firewall"),
                failed(
                        "a client that does not exist",
                        patient -> patient.section("cognito").put("clientId", "nobody"),
                        "cognito.client",
                        "does not know the app client nobody",
                        "cognito.clientId"),
                failed(
                        "a client that may not use codes",
                        patient -> patient.world
                                .cognito()
                                .faults()
                                .on(Call.AUTHORIZE, new Fault.RedirectError("unauthorized_client", "")),
                        "cognito.client",
                        "may not use the authorization code grant",
                        "OAuth flows"),
                failed(
                        "a callback that is not registered",
                        patient -> patient.yaml.put("publicUrl", "http://127.0.0.1:" + patient.proxy.port()),
                        "cognito.callback",
                        "does not know the callback URL http://127.0.0.1:",
                        "/callback to the allowed callback URLs"),
                failed(
                        "a scope that is not enabled",
                        DoctorTest::wrongScope,
                        "cognito.scopes",
                        "lacks one of openid nonsense",
                        "Enable"),
                failed(
                        "a scope that is not enabled, as live pools say it",
                        patient -> {
                            wrongScope(patient);
                            patient.world.cognito().faults().errorForm(Faults.ErrorForm.OBSERVED);
                        },
                        "cognito.scopes",
                        "lacks one of",
                        "cognito.scopes"),
                failed(
                        "a scope that is not enabled, on an error page",
                        patient -> {
                            wrongScope(patient);
                            patient.world.cognito().faults().errorForm(Faults.ErrorForm.ERROR_PAGE);
                        },
                        "cognito.scopes",
                        "lacks one of",
                        "cognito.scopes"),
                failed(
                        "a wrong secret",
                        patient -> patient.section("cognito").put("clientSecret", "wr0ngwr0ngwr0ngwr0ngwr0ng"),
                        "cognito.secret",
                        "invalid_client",
                        "cognito.clientSecret"),
                warned(
                        "a next secret that Cognito does not know yet",
                        patient -> patient.section("cognito").put("nextClientSecret", "wr0ngwr0ngwr0ngwr0ngwr0ng"),
                        "cognito.secret",
                        "invalid_client",
                        "add this secret"),
                failed(
                        "a clock at Cognito that is wrong",
                        patient -> patient.world.cognito().faults().clockSkew(Duration.ofMinutes(5)),
                        "clock.cognito",
                        "ahead of the one here",
                        "NTP"),
                warned(
                        "a clock that is a little wrong",
                        patient -> patient.world.cognito().faults().clockSkew(Duration.ofSeconds(-15)),
                        "clock.cognito",
                        "behind the one here",
                        "NTP"));
    }

    private static List<Arguments> redis() {
        return List.of(
                failed(
                        "nobody there",
                        patient -> patient.section("redis").put("url", "redis://localhost:" + Ports.free()),
                        "redis.reach",
                        "nothing listens",
                        "redis.url"),
                failed(
                        "a Redis that does not move",
                        patient -> {
                            RedisServer frozen = server(patient);
                            frozen.freeze();
                        },
                        "redis.reach",
                        "no answer in time",
                        "redis.url"),
                failed(
                        "a wrong password",
                        patient -> patient.section("redis").put("url", "redis://:wr0ng@" + patient.redis.address()),
                        "redis.reach",
                        "WRONGPASS",
                        "password"),
                failed(
                        "no password",
                        patient -> patient.section("redis").put("url", "redis://" + patient.redis.address()),
                        "redis.reach",
                        "NOAUTH",
                        "password"),
                failed(
                        "an old Redis",
                        patient -> {
                            RedisServer server = patient.with(RedisServer.start(Ports.free(), Optional.empty()));
                            TcpRelay old = patient.with(TcpRelay.inFrontOf(server.port()));
                            old.rewriting(DoctorTest::old);
                            patient.section("redis").put("url", "redis://localhost:" + old.port());
                        },
                        "redis.version",
                        "is Redis 6.0",
                        "6.2 or newer"),
                warned(
                        "a master behind Sentinels that is alone",
                        DoctorTest::guarded,
                        "redis.replicas",
                        "has no replica",
                        "Start a replica"),
                failed(
                        "a Redis that evicts",
                        patient -> server(patient, "maxmemory 64mb", "maxmemory-policy allkeys-lru"),
                        "redis.policy",
                        "allkeys-lru",
                        "noeviction"),
                warned(
                        "a Redis that would evict",
                        patient -> server(patient, "maxmemory-policy volatile-ttl"),
                        "redis.policy",
                        "maxmemory is not set",
                        "noeviction"),
                warned(
                        "a Redis without memory",
                        patient -> server(patient),
                        "redis.persistence",
                        "no append-only file",
                        "appendonly yes"),
                failed(
                        "a replica",
                        patient -> {
                            RedisServer master = patient.with(RedisServer.start(Ports.free(), Optional.empty()));
                            server(patient, "replicaof 127.0.0.1 " + master.port());
                        },
                        "redis.role",
                        "is a replica",
                        "redis-sentinel://"),
                failed(
                        "a cluster that is none",
                        patient -> patient.section("redis")
                                .put(
                                        "url",
                                        "redis-cluster://:" + Patient.REDIS_PASSWORD + "@" + patient.redis.address()),
                        "redis.reach",
                        "ERR",
                        "redis.url"),
                failed(
                        "a server of a cluster, as if it were alone",
                        patient -> server(patient, "cluster-enabled yes"),
                        "redis.shape",
                        "a server of a cluster",
                        "redis-cluster://"),
                failed(
                        "a user without scripts",
                        patient -> user(patient, "~pc:* resetchannels &pc:* +@all -@scripting"),
                        "redis.scripts",
                        "NOPERM",
                        "+evalsha"),
                failed(
                        "a user of other keys",
                        patient -> user(patient, "~other:* resetchannels &pc:* +@all"),
                        "redis.permissions",
                        "NOPERM",
                        "~pc:*"),
                failed(
                        "a user without one of the commands",
                        patient -> user(patient, "~pc:* resetchannels &pc:* +@all -zadd"),
                        "redis.permissions",
                        "rights failed",
                        "+@write"),
                failed(
                        "a user of other channels",
                        patient -> user(patient, "~pc:* resetchannels &other:* +@all"),
                        "redis.pubsub",
                        "",
                        "&pc:*"),
                warned(
                        "a user who may not ask",
                        patient -> user(patient, "~pc:* resetchannels &pc:* +@all -info"),
                        "redis.policy",
                        "cannot be seen",
                        "+info"));
    }

    private static List<Arguments> upstream() {
        return List.of(
                failed(
                        "a name that is not known",
                        patient -> patient.upstream("https://mcp.invalid/mcp"),
                        "upstream.resolve",
                        "cannot be resolved",
                        "upstreams.demo"),
                failed(
                        "nobody there",
                        patient -> patient.upstream("http://localhost:" + Ports.free() + "/mcp"),
                        "upstream.reach",
                        "nothing listens",
                        "network policy"),
                failed(
                        "a proxy before nothing",
                        patient -> patient.upstream(
                                patient.with(OtherServer.answering(503)).url()),
                        "upstream.reach",
                        "503",
                        "the server runs"),
                warned(
                        "a server that takes its time",
                        patient -> patient.upstream(patient.with(OtherServer.slow(Duration.ofMillis(1200)))
                                .url()),
                        "upstream.latency",
                        "answers in 12",
                        "more replicas"),
                failed(
                        "a server with an authorization of its own",
                        patient -> patient.upstream(
                                patient.with(OtherServer.withAuthorization()).url()),
                        "upstream.auth",
                        "401 with a challenge of its own (Bearer)",
                        "upstreams.demo.headers"),
                failed(
                        "no MCP server",
                        patient -> patient.upstream(
                                patient.with(OtherServer.answering(404)).url()),
                        "upstream.era",
                        "no MCP server",
                        "the path"),
                warned(
                        "sessions that end in an error",
                        patient -> patient.upstream(
                                patient.with(OtherServer.legacy(500)).url()),
                        "upstream.session",
                        "500 to DELETE",
                        "endpoints"));
    }

    @Test
    @DisplayName("finds nothing wrong with a cluster but that it forgets")
    void cluster() {
        try (RedisGroup redis = RedisGroup.cluster()) {
            patient.section("redis").put("url", redis.url());

            Report report = patient.examine(Optional.of(Subject.REDIS));

            assertThat(report.results())
                    .filteredOn(result -> result.id().startsWith("redis."))
                    .filteredOn(result -> !(result.outcome() instanceof Outcome.Passed))
                    .extracting(Result::id)
                    .containsExactly("redis.persistence");
            assertThat(findings(report, "redis.shape")).containsExactly("cluster, 3 primaries, every slot served");
            assertThat(findings(report, "redis.replicas")).containsExactly("connected to each primary: 1");
        }
    }

    @Test
    @DisplayName("finds nothing wrong with a master behind a Sentinel but that it is alone, and forgets")
    void sentinel() {
        guarded(patient);

        Report report = patient.examine(Optional.of(Subject.REDIS));

        assertThat(report.results())
                .filteredOn(result -> result.id().startsWith("redis."))
                .filteredOn(result -> !(result.outcome() instanceof Outcome.Passed))
                .extracting(Result::id)
                .containsExactlyInAnyOrder("redis.persistence", "redis.replicas");
        assertThat(findings(report, "redis.shape")).containsExactly("sentinel");
    }

    @Test
    @DisplayName("says which era a server speaks, and what can be done with its sessions")
    void eras() {
        patient.upstream(patient.with(OtherServer.legacy(405)).url());

        Report report = patient.examine(Optional.of(Subject.UPSTREAM));

        assertThat(findings(report, "upstream.era"))
                .containsExactlyInAnyOrder("legacy (2025-06-18)", "modern (2026-07-28) and legacy (2025-11-25)");
        assertThat(findings(report, "upstream.session"))
                .containsExactlyInAnyOrder(
                        "sessions, which clients cannot end (DELETE is 405)", "sessions, ended by DELETE");
    }

    @Test
    @DisplayName("expects a server that is told users by tokens to refuse whoever has none")
    void refusedWithoutUser() {
        patient.upstream(patient.with(OtherServer.withAuthorization()).url());
        patient.section("upstreams").getJsonObject("demo").put("identity", "assertion");

        Report report = patient.examine(Optional.of(Subject.UPSTREAM));

        assertThat(report.exitCode(true)).isZero();
        assertThat(findings(report, "upstream.auth"))
                .anyMatch(finding -> finding.contains("as it should without a user"));
    }

    @Test
    @DisplayName("tells of a key whose time is still to come")
    void pendingRotation() {
        KeyDirectory keys = new KeyDirectory(patient.folder("rotating"), InstantSource.system());
        keys.create();
        keys.add(KeyPurpose.SIGNING, Duration.ofHours(1));
        patient.section("keys").put("directory", patient.folder("rotating").toString());

        assertThat(findings(patient.examine(Optional.of(Subject.KEYS)), "keys.rotation"))
                .singleElement()
                .asString()
                .startsWith("pending: signing key")
                .contains("takes over in 6");
    }

    @Test
    @DisplayName("skips what makes no sense after a failure, and does everything else")
    void skipsDependents() {
        patient.section("redis").put("url", "redis://localhost:" + Ports.free());

        Report report = patient.examine(Optional.empty());

        assertThat(report.exitCode(false)).isEqualTo(2);
        assertThat(report.results())
                .filteredOn(result -> result.id().startsWith("redis."))
                .filteredOn(result -> !result.id().equals("redis.reach"))
                .isNotEmpty()
                .allSatisfy(result -> assertThat(result.outcome()).isInstanceOf(Outcome.Skipped.class));
        assertThat(report.results())
                .filteredOn(result -> !result.id().startsWith("redis."))
                .allSatisfy(result -> assertThat(result.outcome()).isInstanceOf(Outcome.Passed.class));
    }

    @Test
    @DisplayName("leaves nothing in Redis")
    void leavesNothing() {
        String before = patient.redis.ask("DBSIZE");

        patient.examine(Optional.of(Subject.REDIS));

        assertThat(patient.redis.ask("DBSIZE")).isEqualTo(before);
    }

    private static List<String> findings(Report report, String id) {
        return report.results().stream()
                .filter(result -> result.id().equals(id))
                .map(result -> result.outcome().finding())
                .toList();
    }

    private static void wrongScope(Patient patient) {
        patient.section("cognito").put("scopes", new JsonArray().add("openid").add("nonsense"));
    }

    private static RedisServer server(Patient patient, String... configuration) {
        RedisServer server = patient.with(RedisServer.start(Ports.free(), Optional.empty(), configuration));
        patient.section("redis").put("url", "redis://" + server.address());
        return server;
    }

    private static void guarded(Patient patient) {
        patient.section("redis")
                .put("url", patient.with(RedisGroup.guarded(port -> port)).url())
                .put(
                        "sentinel",
                        new JsonObject()
                                .put("user", RedisGroup.SENTINEL_USER)
                                .put("password", RedisGroup.SENTINEL_PASSWORD));
    }

    private static Buffer old(Buffer answer) {
        String text = answer.toString(StandardCharsets.ISO_8859_1);
        return Buffer.buffer(text.replaceFirst("redis_version:\\d\\.\\d", "redis_version:6.0"), "ISO-8859-1");
    }

    private static void user(Patient patient, String rights) {
        RedisServer server = server(patient, "user gateway on >wr0ng " + rights);
        patient.section("redis").put("url", "redis://gateway:wr0ng@" + server.address());
    }

    private static String readableKeys(Patient patient) {
        String name = "keys-" + System.nanoTime();
        new KeyDirectory(patient.folder(name), InstantSource.system()).create().forEach(file -> {
            try {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return patient.folder(name).toString();
    }

    private static void tls(Patient patient, Duration left, boolean trusted) {
        try {
            Instant end = Instant.now().plus(left);
            SelfSignedCertificate certificate =
                    new SelfSignedCertificate("localhost", Date.from(end.minus(Duration.ofDays(100))), Date.from(end));
            FrontProxy proxy = patient.with(FrontProxy.start(new HttpServerOptions()
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(certificate.certificate().getPath())
                            .addKeyPath(certificate.privateKey().getPath()))));
            proxy.to(patient.section("listen").getInteger("port"));
            patient.yaml.put("publicUrl", "https://localhost:" + proxy.port());
            patient.with(certificate::delete);
            if (trusted) {
                patient.ca = Optional.of(certificate.certificate().toPath());
            }
        } catch (CertificateException e) {
            throw new AssertionError(e);
        }
    }
}
