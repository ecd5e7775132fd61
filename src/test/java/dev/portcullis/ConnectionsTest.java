package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.dev.cognito.PoolUser;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.dev.redis.LocalRedisException;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code /connections}: a person sees what has access in their name, and takes it back. */
class ConnectionsTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    // Of its own: what other tests keep for the same user is sealed with keys of theirs.
    private static LocalRedis redis;
    private static World world;

    @BeforeAll
    static void start() throws LocalRedisException {
        redis = LocalRedis.start(LocalRedis.Options.standard());
        world = world(redis, "10m");
    }

    @AfterAll
    static void stop() {
        world.close();
        redis.close();
    }

    @BeforeEach
    void disconnectEverything() {
        world.cognito().faults().clear();
        Browser person = signedIn(world);
        Answer page = page(person);
        if (!page.body().contains("No application has access")) {
            disconnect(person, page, "all");
        }
    }

    private static World world(LocalRedis redis, String sessionTtl) {
        return world(redis, sessionTtl, 3);
    }

    private static World world(LocalRedis redis, String sessionTtl, int maxPerUser) {
        return World.start(2, configuration -> {
            configuration.put("redis", new JsonObject().put("url", redis.url()));
            configuration.put("revocation", new JsonObject().put("check", "30s").put("staleAfter", "60s"));
            configuration.put(
                    "connections",
                    new JsonObject().put("sessionTtl", sessionTtl).put("maxPerUser", maxPerUser));
        });
    }

    @Test
    @DisplayName(
            "IDP-1, IDP-4, IDP-6: the page comes after a login bound to this browser, and says who has access to what")
    void thePageSaysWhoHasAccessToWhat() {
        TestClient client = TestClient.register(world);
        client.redeem(world.url(), client.code());
        TestClient person = TestClient.register(world);

        Answer toCognito = person.browser().get(world.gateway(0) + "/connections");
        assertThat(toCognito.status()).isEqualTo(303);
        assertThat(toCognito.location().toString()).startsWith(world.cognito().domain() + "/oauth2/authorize?");
        assertThat(toCognito.parameter("redirect_uri")).hasValue(world.url() + "/callback");
        assertThat(toCognito.parameter("code_challenge_method")).hasValue("S256");
        assertThat(toCognito.parameter("nonce")).isPresent();
        assertThat(toCognito.header("Set-Cookie").orElseThrow())
                .contains("portcullis_login_", "SameSite=Lax")
                .containsIgnoringCase("HttpOnly");
        long before = world.cognito().calls().of(Call.REVOKE);
        Answer back = person.callback(world.gateway(1), person.signIn(toCognito));
        assertThat(back.status()).isEqualTo(303);
        assertThat(back.location().toString()).isEqualTo(world.url() + "/connections");

        Answer page = person.browser().get(world.gateway(0) + "/connections");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body())
                .contains(
                        "Test Client", "localhost:7777", "<bdi>Demo</bdi>", World.USER, "Connected since", "Last used");
        assertThat(page.header("X-Frame-Options")).hasValue("DENY");
        assertThat(page.header("Cache-Control")).hasValue("no-store");
        assertThat(page.header("Content-Security-Policy").orElseThrow()).contains("frame-ancestors 'none'");
        assertThat(page.header("Referrer-Policy")).hasValue("same-origin");
        // The login for the page leaves no sign-in behind.
        await().atMost(AT_ONCE)
                .untilAsserted(() -> assertThat(world.cognito().calls().of(Call.REVOKE) - before)
                        .isEqualTo(1));
    }

    @Test
    @DisplayName("AS-47, RS-6: disconnecting one client ends it everywhere, and leaves the others alone")
    void disconnectingOneClientLeavesTheOthersAlone() {
        TestClient unwanted = TestClient.register(world);
        JsonObject tokens = unwanted.redeem(world.url(), unwanted.code()).json();
        TestClient kept = TestClient.register(world);
        JsonObject others = kept.redeem(world.url(), kept.code()).json();
        Browser person = signedIn();

        Answer done = disconnect(person, page(person), grant(tokens));

        assertThat(done.status()).isEqualTo(303);
        assertThat(person.get(done.location().toString()).body())
                .contains("Done.", grant(others))
                .doesNotContain(grant(tokens));
        await().atMost(AT_ONCE)
                .untilAsserted(() -> assertThat(
                                echo(unwanted, world.gateway(1), tokens).status())
                        .isEqualTo(401));
        assertThat(unwanted.refresh(world.url(), tokens.getString("refresh_token"))
                        .json()
                        .getString("error"))
                .isEqualTo("invalid_grant");
        assertThat(echo(kept, world.gateway(1), others).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("AS-47: all can be disconnected at once")
    void allCanBeDisconnectedAtOnce() {
        List<JsonObject> tokens = new ArrayList<>();
        TestClient client = TestClient.register(world);
        for (int i = 0; i < 2; i++) {
            tokens.add(client.redeem(world.url(), client.code()).json());
        }
        Browser person = signedIn();
        disconnect(person, page(person), "all");
        assertThat(page(person).body()).contains("No application has access");
        tokens.forEach(each ->
                assertThat(echo(client, world.gateway(0), each).status()).isEqualTo(401));
    }

    @Test
    @DisplayName("Disconnecting an application takes back what was approved of it in this browser, and of no other")
    void disconnectingTakesBackTheApproval() {
        Browser person = new Browser();
        TestClient unwanted = TestClient.register(world, web(), person);
        JsonObject tokens = unwanted.redeem(world.url(), unwanted.code()).json();
        TestClient kept = TestClient.register(world, web(), person);
        kept.code();
        assertThat(unwanted.authorize(world.url()).status()).isEqualTo(303);
        disconnect(person, opened(unwanted), grant(tokens));
        Answer asked = unwanted.authorize(world.url());
        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.body()).contains("not allowed this application in this browser before");
        assertThat(kept.authorize(world.url()).status()).isEqualTo(303);

        disconnect(person, page(person), "all");
        assertThat(kept.authorize(world.url()).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("Signing out ends the session of the page and forgets what was approved, and leaves grants alone")
    void signingOut() {
        Browser person = new Browser();
        TestClient client = TestClient.register(world, web(), person);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        Answer page = opened(client);
        assertThat(page.body()).contains("Sign out");
        assertThat(person.get(world.url() + "/signed-out").location().toString())
                .isEqualTo(world.url() + "/connections");
        String form = Form.fill(page.body(), "signOut", "yes");
        String url = world.gateway(0) + "/connections";
        assertTooOld(person.postForm(url, Form.encode("signOut", "yes")));
        assertTooOld(person.postForm(url, form, "Sec-Fetch-Site", "cross-site"));
        assertThat(client.authorize(world.url()).status()).isEqualTo(303);

        Answer out = person.postForm(url, form, "Origin", world.url(), "Sec-Fetch-Site", "same-origin");
        assertThat(out.status()).isEqualTo(303);
        assertThat(out.location().toString()).isEqualTo(world.url() + "/signed-out");
        assertThat(person.get(out.location().toString()).body()).contains("You are signed out", "shared computer");
        assertThat(person.get(url).status()).isEqualTo(303);
        assertThat(client.authorize(world.url()).status()).isEqualTo(200);
        assertThat(echo(client, world.gateway(1), tokens).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("Where the operator has registered the address, signing out ends the session at Cognito too")
    void signingOutAtCognito() throws LocalRedisException {
        try (LocalRedis own = LocalRedis.start(LocalRedis.Options.standard());
                World joined = World.start(configuration -> {
                    configuration.put("redis", new JsonObject().put("url", own.url()));
                    configuration.getJsonObject("cognito").put("logout", true);
                })) {
            TestClient client = TestClient.register(joined);
            Browser person = client.browser();
            client.callback(joined.url(), client.signIn(person.get(joined.url() + "/connections")));
            Answer page = person.get(joined.url() + "/connections");
            Answer out = person.postForm(joined.url() + "/connections", Form.fill(page.body(), "signOut", "yes"));
            assertThat(out.location().toString()).startsWith(joined.cognito().domain() + "/logout?client_id=");
            Answer back = person.get(out.location().toString());
            assertThat(back.location().toString()).isEqualTo(joined.url() + "/signed-out");
            assertThat(person.get(back.location().toString()).body())
                    .contains("You are signed out")
                    .doesNotContain("shared computer");
            Answer again = person.get(
                    person.get(joined.url() + "/connections").location().toString());
            // Not straight back to the gateway: a password is asked for.
            assertThat(again.location().toString()).startsWith(joined.cognito().domain() + "/login");
        }
    }

    private static JsonObject web() {
        return TestClient.registration().put("redirect_uris", new JsonArray().add("https://app.example/cb"));
    }

    /** The page in the browser of this client, whose person is signed in at Cognito. */
    private static Answer opened(TestClient client) {
        Browser person = client.browser();
        client.callback(world.url(), client.signIn(person.get(world.url() + "/connections")));
        return page(person);
    }

    @Test
    @DisplayName("SEC-6: nobody sees or ends the grant of another user, even knowing its id")
    void nobodySeesOrEndsTheGrantOfAnotherUser() throws Exception {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        String own = rename("somebody else");
        try {
            TestClient strangers = TestClient.register(world);
            JsonObject theirs = strangers.redeem(world.url(), strangers.code()).json();
            Browser stranger = signedIn();
            Answer page = page(stranger);
            assertThat(page.body()).contains(grant(theirs)).doesNotContain(grant(tokens));
            disconnect(stranger, page, grant(tokens));
            disconnect(stranger, page, "all");
            assertThat(echo(strangers, world.gateway(0), theirs).status()).isEqualTo(401);
            assertThat(echo(client, world.gateway(0), tokens).status()).isEqualTo(200);
        } finally {
            rename(own);
        }
    }

    /** From now on the one login of this world belongs to another user; answers who it was. */
    private static String rename(String sub) throws Exception {
        String[] before = {""};
        world.cognito()
                .changeUser(World.USER, user -> {
                    before[0] = user.sub();
                    return new PoolUser(
                            sub, user.username(), user.password(), user.attributes(), user.groups(), user.enabled());
                })
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        return before[0];
    }

    @Test
    @DisplayName("AS-33: a refresh counts as use")
    void aRefreshCountsAsUse() {
        TestClient first = TestClient.register(world);
        JsonObject old = first.redeem(world.url(), first.code()).json();
        TestClient second = TestClient.register(world);
        JsonObject newer = second.redeem(world.url(), second.code()).json();
        Browser person = signedIn();
        assertThat(page(person).body()).containsSubsequence(grant(newer), grant(old));
        first.refresh(world.url(), old.getString("refresh_token"));
        assertThat(page(person).body()).containsSubsequence(grant(old), grant(newer));
    }

    @Test
    @DisplayName("IDP-3: nothing is changed without the page's own form, its cookie and its origin")
    void nothingIsChangedByAnotherSite() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        Browser person = signedIn();
        Answer page = page(person);
        Browser attacker = signedIn();
        String url = world.url() + "/connections";
        String all = Form.encode("disconnect", "all");

        assertTooOld(person.postForm(url, all));
        assertTooOld(person.postForm(url, Form.fill(page(attacker).body(), "disconnect", "all")));
        assertTooOld(new Browser().postForm(url, Form.fill(page.body(), "disconnect", "all")));
        assertTooOld(person.postForm(
                url, Form.fill(page.body(), "disconnect", "all"), "Origin", "https://attacker.example"));
        for (String site : List.of("cross-site", "same-site")) {
            assertTooOld(person.postForm(url, Form.fill(page.body(), "disconnect", "all"), "Sec-Fetch-Site", site));
        }
        assertThat(person.postForm(url, Form.fill(page.body())).status()).isEqualTo(400);
        assertThat(echo(client, world.url(), tokens).status()).isEqualTo(200);
        assertThat(disconnect(person, page, "all").status()).isEqualTo(303);
        assertThat(echo(client, world.url(), tokens).status()).isEqualTo(401);
    }

    @Test
    @DisplayName("IDP-6: a login for the page that was begun in another browser goes nowhere, and is no authorization")
    void aLoginOfAnotherBrowserGoesNowhere() {
        TestClient attacker = TestClient.register(world);
        Answer fromCognito = attacker.signIn(attacker.browser().get(world.url() + "/connections"));
        TestClient victim = TestClient.register(world);
        Answer answer = victim.callback(world.url(), fromCognito);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Set-Cookie")).isEmpty();
        assertThat(victim.browser().get(world.url() + "/connections").status()).isEqualTo(303);
        assertThat(attacker.callback(world.url(), fromCognito).location().toString())
                .isEqualTo(world.url() + "/connections");
        assertThat(attacker.callback(world.url(), fromCognito).status()).isEqualTo(400);
    }

    @Test
    @DisplayName("IDP-8: when the session of the page is over it says what to do, and a new login goes on")
    void anExpiredSessionSaysWhatToDo() throws LocalRedisException {
        try (LocalRedis own = LocalRedis.start(LocalRedis.Options.standard());
                World shortLived = world(own, "4s")) {
            Browser person = signedIn(shortLived);
            String url = shortLived.gateway(1) + "/connections";
            Answer page = person.get(url);
            assertThat(page.status()).isEqualTo(200);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(person.get(url).status()).isEqualTo(303));
            Answer late = person.postForm(url, Form.fill(page.body(), "disconnect", "all"));
            assertTooOld(late);
            assertThat(late.body()).contains("Nothing was changed", shortLived.url() + "/connections");
        }
    }

    @Test
    @DisplayName("AS-30: trouble at Cognito is a page that says so")
    void troubleAtCognitoIsAPage() {
        TestClient person = TestClient.register(world);
        Answer fromCognito = person.signIn(person.browser().get(world.url() + "/connections"));
        world.cognito().faults().on(Call.CODE_GRANT, Fault.serverError());
        Answer answer = person.callback(world.url(), fromCognito);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isPresent();
        assertThat(answer.body()).contains("Not possible right now");
    }

    @Test
    @DisplayName("IDP-8: what a client calls itself cannot change the page")
    void namesAreEscaped() {
        TestClient client = TestClient.register(
                world, TestClient.registration().put("client_name", "\"><script>alert(1)</script>"));
        client.redeem(world.url(), client.code());
        assertThat(page(signedIn()).body()).contains("&lt;script").doesNotContain("<script");
    }

    @Test
    @DisplayName("One user has so many grants and no more; what was not used for the longest time ends")
    void aUserHasSoManyGrantsAndNoMore() {
        TestClient client = TestClient.register(world);
        List<JsonObject> tokens = new ArrayList<>();
        try (LogCapture audit = LogCapture.of("portcullis.audit")) {
            for (int i = 0; i < 4; i++) {
                tokens.add(client.redeem(world.url(), client.code()).json());
            }
            await().atMost(AT_ONCE)
                    .untilAsserted(() -> assertThat(echo(client, world.gateway(1), tokens.get(0))
                                    .status())
                            .isEqualTo(401));
            await().atMost(AT_ONCE)
                    .untilAsserted(() -> assertThat(audit.lines(
                                    line -> line.getString("event", "").equals("revocation")
                                            && line.getString("outcome", "").equals("limit")
                                            && line.getString("grant", "").equals(grant(tokens.get(0)))))
                            .hasSize(1));
        }
        for (JsonObject alive : tokens.subList(1, 4)) {
            assertThat(echo(client, world.gateway(1), alive).status()).isEqualTo(200);
        }
        assertThat(page(signedIn()).body())
                .contains(grant(tokens.get(1)), grant(tokens.get(2)), grant(tokens.get(3)))
                .doesNotContain(grant(tokens.get(0)));
    }

    @Test
    @DisplayName("That holds for more grants than anybody looks up at once, and the page names each of them")
    void aUserMayHaveManyGrants() throws LocalRedisException {
        int most = 70;
        try (LocalRedis own = LocalRedis.start(LocalRedis.Options.standard());
                World crowded = world(own, "10m", most)) {
            TestClient client = TestClient.register(crowded);
            List<JsonObject> tokens = new ArrayList<>();
            for (int i = 0; i < most; i++) {
                tokens.add(client.redeem(crowded.url(), client.code()).json());
            }
            // The oldest one is used again, so that another one has to go.
            client.refresh(crowded.url(), tokens.get(0).getString("refresh_token"));
            tokens.add(client.redeem(crowded.url(), client.code()).json());
            await().atMost(AT_ONCE)
                    .untilAsserted(() -> assertThat(echo(client, crowded.gateway(1), tokens.get(1))
                                    .status())
                            .isEqualTo(401));
            String page =
                    signedIn(crowded).get(crowded.gateway(1) + "/connections").body();
            for (int i = 0; i <= most; i++) {
                assertThat(page.contains(grant(tokens.get(i))))
                        .as("grant %d", i)
                        .isEqualTo(i != 1);
            }
        }
    }

    @Test
    void theFrontPageLeadsThere() {
        assertThat(new Browser().get(world.url() + "/").body()).contains("href=\"/connections\"");
    }

    private static Browser signedIn() {
        return signedIn(world);
    }

    private static Browser signedIn(World world) {
        TestClient person = TestClient.register(world);
        Answer fromCognito = person.signIn(person.browser().get(world.url() + "/connections"));
        person.callback(world.url(), fromCognito);
        return person.browser();
    }

    private static Answer page(Browser person) {
        return person.get(world.gateway(1) + "/connections");
    }

    private static Answer disconnect(Browser person, Answer page, String which) {
        return person.postForm(
                world.gateway(0) + "/connections", Form.fill(page.body(), "disconnect", which), "Origin", world.url());
    }

    private static void assertTooOld(Answer answer) {
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("This page is too old");
    }

    private static Answer echo(TestClient client, String gateway, JsonObject tokens) {
        return client.echo(gateway + "/demo/mcp", tokens.getString("access_token"), "hi");
    }

    /** The grant that tokens came from. */
    private static String grant(JsonObject tokens) {
        String claims = tokens.getString("access_token").split("\\.")[1];
        return new JsonObject(new String(Base64.getUrlDecoder().decode(claims), StandardCharsets.UTF_8))
                .getString("grant");
    }
}
