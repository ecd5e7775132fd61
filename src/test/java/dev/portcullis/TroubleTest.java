package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Redis or Cognito in trouble: clients are told so, in time, and lose nothing (a Redis of its own, which is frozen and ended). */
class TroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration IN_TIME = Duration.ofSeconds(2);
    private static final Duration BACK = Duration.ofSeconds(5);

    private static LocalRedis redis;
    private static World world;

    @BeforeAll
    static void start() throws Exception {
        redis = LocalRedis.start(LocalRedis.Options.standard());
        world = world(600, 600, 60, 60);
    }

    private static World world(int register, int token, int cognitoRefreshes, int cognitoLogins) {
        return World.start(configuration -> configuration
                .put("redis", new JsonObject().put("url", redis.url()))
                .put(
                        "rateLimits",
                        new JsonObject()
                                .put("register", register)
                                .put("authorize", register)
                                .put("token", token)
                                .put("cognitoRefreshes", cognitoRefreshes)
                                .put("cognitoLogins", cognitoLogins)));
    }

    @AfterAll
    static void stop() {
        world.close();
        redis.close();
    }

    @AfterEach
    void heal() {
        world.cognito().faults().clear();
        redis.resume();
        awaitHealth();
    }

    static Stream<Fault> faults() {
        return Stream.of(
                Fault.throttled(),
                Fault.serverError(),
                Fault.html(403),
                Fault.html(502),
                new Fault.Silent(),
                new Fault.Half(),
                new Fault.Slow(Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    @DisplayName(
            "AS-30: a refresh during trouble at Cognito is 503 within two seconds, also for those who wait for it, and the token stays good")
    void aRefreshDuringTroubleAtCognitoIs503(Fault fault) {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        world.cognito().faults().on(Call.REFRESH_GRANT, fault);
        List<CompletableFuture<Answer>> parallel = IntStream.range(0, 3)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> inTime(() -> client.refresh(world.url(), token))))
                .toList();
        parallel.forEach(answer -> assertTrouble(answer.join()));
        world.cognito().faults().clear();
        // A call that was under way when its client was told to come back may still hold the lease.
        await().atMost(BACK).until(() -> client.refresh(world.url(), token).status() == 200);
    }

    @ParameterizedTest
    @MethodSource("faults")
    @DisplayName("AS-30: a login during trouble at Cognito ends on a page with 503 that says what to do")
    void aLoginDuringTroubleAtCognitoIsAPage(Fault fault) {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        world.cognito().faults().on(Call.CODE_GRANT, fault);
        Answer page = inTime(() -> client.callback(world.url(), fromCognito));
        assertThat(page.status()).isEqualTo(503);
        assertThat(page.header("Retry-After")).isPresent();
        assertThat(page.body()).contains("start again in your application");
        world.cognito().faults().clear();
        assertThat(inTime(() -> client.redeem(world.url(), client.code())).status())
                .isEqualTo(200);
    }

    static Stream<Fault> unspent() {
        return Stream.of(Fault.throttled(), Fault.serverError(), Fault.html(403), new Fault.Silent());
    }

    @ParameterizedTest
    @MethodSource("unspent")
    @DisplayName(
            "AS-30: after trouble at Cognito the same page, loaded again, ends the login; once, and in that browser only")
    void aLoginGoesOnWhenItsPageIsLoadedAgain(Fault fault) {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        world.cognito().faults().on(Call.CODE_GRANT, fault);
        for (int i = 0; i < 2; i++) {
            Answer page = client.callback(world.url(), fromCognito);
            assertThat(page.status()).isEqualTo(503);
            assertThat(page.body()).contains("load this page again");
        }
        world.cognito().faults().clear();
        assertThat(new Browser().get(fromCognito.location().toString()).status())
                .isEqualTo(400);
        String code =
                client.callback(world.url(), fromCognito).parameter("code").orElseThrow();
        assertThat(client.callback(world.url(), fromCognito).status()).isEqualTo(400);
        assertThat(client.redeem(world.url(), code).status()).isEqualTo(200);
    }

    @Test
    @DisplayName(
            "AS-30: where Cognito's answer to a login got lost, loading the page again tells the client to begin anew")
    void aLoginWhoseAnswerWasLost() {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        world.cognito().faults().on(Call.CODE_GRANT, new Fault.Lost(), 1);
        assertThat(client.callback(world.url(), fromCognito).status()).isEqualTo(503);
        Answer told = client.callback(world.url(), fromCognito);
        assertThat(told.parameter("error")).contains("server_error");
        assertThat(told.parameter("state")).contains(client.state());
        assertThat(client.redeem(world.url(), client.code()).status()).isEqualTo(200);
    }

    @Test
    @DisplayName(
            "AS-30, SEC-4: with a frozen Redis codes and refreshes are 503 in time, signed-in calls go on, and all is well afterwards")
    void aFrozenRedisIs503InTimeAndSignedInCallsGoOn() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        String code = client.code();
        Answer page = client.authorize(world.url());
        redis.pause();
        // The first one finds out, the others know.
        for (int i = 0; i < 2; i++) {
            assertTrouble(inTime(() -> client.refresh(world.url(), tokens.getString("refresh_token"))));
            assertTrouble(inTime(() -> client.redeem(world.url(), code)));
            Answer consent = inTime(() -> client.approve(world.url(), page));
            assertThat(consent.status()).isEqualTo(503);
            assertThat(consent.header("Retry-After")).isPresent();
        }
        assertThat(client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        redis.resume();
        awaitHealth();
        assertThat(client.redeem(world.url(), code).status()).isEqualTo(200);
        assertThat(client.refresh(world.url(), tokens.getString("refresh_token"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("AS-30: with Redis gone codes and refreshes are 503, and logins work again when there is one")
    void aRedisThatIsGoneIs503AndLoginsWorkAgainWithTheNextOne() throws Exception {
        LocalRedis.Options options = LocalRedis.Options.standard().withoutPassword();
        LocalRedis first = LocalRedis.start(options);
        World own = World.start(configuration -> configuration.put("redis", new JsonObject().put("url", first.url())));
        try {
            TestClient client = TestClient.register(own);
            String token = client.redeem(own.url(), client.code()).json().getString("refresh_token");
            first.close();
            for (int i = 0; i < 2; i++) {
                assertTrouble(inTime(() -> client.refresh(own.url(), token)));
                assertThat(inTime(() -> client.approve(own.url(), client.authorize(own.url())))
                                .status())
                        .isEqualTo(503);
            }
            try (LocalRedis second = LocalRedis.start(options.withPort(first.port()))) {
                await().atMost(PATIENCE)
                        .until(() -> client.approve(own.url(), client.authorize(own.url()))
                                        .status()
                                == 303);
                assertThat(second.port()).isEqualTo(first.port());
                assertThat(client.redeem(own.url(), client.code()).status()).isEqualTo(200);
            }
        } finally {
            own.close();
            first.close();
        }
    }

    @Test
    @DisplayName("Rate limits fail open: without Redis registering and opening the consent page still work")
    void withoutRedisNobodyIsHeldBack() {
        redis.pause();
        TestClient client = TestClient.register(world);
        assertThat(client.id()).startsWith("pcc_");
        assertThat(inTime(() -> client.authorize(world.url())).status()).isEqualTo(200);
    }

    @Test
    @DisplayName(
            "AS-30: logins and refreshes of all replicas beyond the budget for Cognito wait a little, then are 503; Cognito is not called more often")
    void whatIsBeyondTheBudgetIs503() {
        World tight = world(0, 0, 2, 2);
        try {
            List<TestClient> clients = IntStream.range(0, 6)
                    .mapToObj(i -> TestClient.register(tight))
                    .toList();
            List<String> tokens = signIn(tight, clients);
            long before = tight.cognito().calls().refreshes();
            long began = System.nanoTime();
            List<CompletableFuture<Answer>> answers = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> inTime(() -> clients.get(i).refresh(tight.url(), tokens.get(i)))))
                    .toList();
            List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
            List<Answer> refused =
                    all.stream().filter(answer -> answer.status() != 200).toList();
            assertThat(refused).isNotEmpty().allSatisfy(TroubleTest::assertTrouble);
            assertThat(tight.cognito().calls().refreshes() - before)
                    .isEqualTo(all.size() - refused.size())
                    .isLessThanOrEqualTo(twoASecondSince(began));
            for (int i = 0; i < 6; i++) {
                int which = i;
                await().atMost(PATIENCE)
                        .until(() -> clients.get(which)
                                        .refresh(tight.url(), tokens.get(which))
                                        .status()
                                == 200);
            }
        } finally {
            tight.close();
        }
    }

    /** From the first one on, and nothing on top of it for having been idle. */
    private static long twoASecondSince(long began) {
        return 1 + 2 * (System.nanoTime() - began) / Duration.ofSeconds(1).toNanos();
    }

    @Test
    @DisplayName("A flood of logins with junk codes keeps no refresh waiting: each has a budget of its own")
    void loginsStarveNoRefresh() throws Exception {
        World tight = world(0, 0, 2, 2);
        AtomicBoolean flooding = new AtomicBoolean(true);
        AtomicInteger turnedAway = new AtomicInteger();
        try {
            TestClient client = TestClient.register(tight);
            String token = client.redeem(tight.url(), client.code()).json().getString("refresh_token");
            List<CompletableFuture<Void>> flood = IntStream.range(0, 3)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> {
                        TestClient attacker = TestClient.register(tight);
                        Answer page = attacker.authorize(tight.url());
                        while (flooding.get()) {
                            String state = attacker.approve(tight.url(), page)
                                    .parameter("state")
                                    .orElseThrow();
                            Answer answer = attacker.browser()
                                    .get(tight.url() + "/callback?" + Form.encode("code", "junk", "state", state));
                            turnedAway.addAndGet(answer.status() == 503 ? 1 : 0);
                        }
                    }))
                    .toList();
            await().atMost(PATIENCE).until(() -> turnedAway.get() > 5);
            for (int i = 0; i < 4; i++) {
                Answer refreshed = client.refresh(tight.url(), token);
                assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
                token = refreshed.json().getString("refresh_token");
                Thread.sleep(600);
            }
            flooding.set(false);
            flood.forEach(CompletableFuture::join);
        } finally {
            flooding.set(false);
            tight.close();
        }
    }

    @Test
    @DisplayName("A limit asks a frozen Redis for a part of the time only, and counts whom it let through unchecked")
    void limitsDoNotWaitForRedis() {
        int management = Ports.free();
        World patient = World.start(configuration -> configuration
                .put("management", new JsonObject().put("host", "localhost").put("port", management))
                .put("redis", new JsonObject().put("url", redis.url()).put("timeout", "9s"))
                .put("rateLimits", new JsonObject().put("authorize", 600)));
        try {
            TestClient client = TestClient.register(patient);
            assertThat(client.authorize(patient.url()).status()).isEqualTo(200);
            assertThat(unchecked(management)).isZero();
            redis.pause();
            long began = System.nanoTime();
            assertThat(client.authorize(patient.url()).status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(6));
            assertThat(unchecked(management)).isEqualTo(1);
        } finally {
            redis.resume();
            patient.close();
        }
    }

    private static double unchecked(int management) {
        return new Browser()
                .get("http://localhost:" + management + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("portcullis_rate_limited_total{")
                        && line.contains("endpoint=\"authorize\"")
                        && line.contains("outcome=\"unchecked\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** All of them at once; whoever is told to come back loads the page again. */
    private static List<String> signIn(World tight, List<TestClient> clients) {
        List<Answer> fromCognito = clients.stream()
                .map(client -> client.signIn(client.approve(tight.url(), client.authorize(tight.url()))))
                .toList();
        long before = tight.cognito().calls().of(Call.CODE_GRANT);
        long began = System.nanoTime();
        List<CompletableFuture<Answer>> answers = IntStream.range(0, clients.size())
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> inTime(() -> clients.get(i).callback(tight.url(), fromCognito.get(i)))))
                .toList();
        List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
        List<Answer> refused =
                all.stream().filter(answer -> answer.status() != 303).toList();
        assertThat(refused).isNotEmpty().allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isPresent();
        });
        assertThat(tight.cognito().calls().of(Call.CODE_GRANT) - before)
                .isEqualTo(all.size() - refused.size())
                .isLessThanOrEqualTo(twoASecondSince(began));
        return IntStream.range(0, clients.size())
                .mapToObj(i -> {
                    TestClient client = clients.get(i);
                    Answer landed = all.get(i).status() == 303
                            ? all.get(i)
                            : await().atMost(PATIENCE)
                                    .until(
                                            () -> client.callback(tight.url(), fromCognito.get(i)),
                                            answer -> answer.status() == 303);
                    return client.redeem(tight.url(), landed.parameter("code").orElseThrow())
                            .json()
                            .getString("refresh_token");
                })
                .toList();
    }

    private static void assertTrouble(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.json().getString("error")).isEqualTo("temporarily_unavailable");
        assertThat(Long.parseLong(answer.header("Retry-After").orElseThrow())).isPositive();
    }

    private static Answer inTime(Supplier<Answer> request) {
        long began = System.nanoTime();
        Answer answer = request.get();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(IN_TIME);
        return answer;
    }

    private static void awaitHealth() {
        TestClient probe = TestClient.register(world);
        // A code of nobody: to say that it is unknown takes Redis.
        String code = "A".repeat(22) + "." + "B".repeat(43);
        await().atMost(PATIENCE).until(() -> probe.redeem(world.url(), code).status() == 400);
    }
}
