package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The authorization endpoint to the letter: when a person is asked, where an answer goes, what each dead end says. */
class LoginRulesTest {
    private static final String CALLBACK = "https://app.example/cb?tenant=7";
    private static World world;
    private final Browser browser = new Browser();

    @BeforeAll
    static void start() {
        world = World.start();
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    private static JsonObject web() {
        return TestClient.registration()
                .put("client_name", "Web App")
                .put("redirect_uris", new JsonArray().add(CALLBACK));
    }

    @Test
    @DisplayName(
            "IDP-2, IDP-5: the very same request goes straight to Cognito in the browser where it was approved, and only there")
    void anApprovalIsRemembered() {
        TestClient client = TestClient.register(world, web(), browser);
        Answer page = client.authorize(world.url());
        assertThat(page.body()).contains("not allowed this application in this browser before");
        Answer answer = client.callback(world.url(), client.signIn(client.approve(world.url(), page)));
        assertThat(answer.parameter("code")).isPresent();
        Answer again = client.authorize(world.url());
        assertThat(again.status()).isEqualTo(303);
        assertThat(again.location().toString()).startsWith(world.cognito().domain());
        // IDP-6: with a state and a cookie of its own.
        assertThat(again.header("Set-Cookie").orElseThrow()).contains("portcullis_login_");
        assertThat(client.callback(world.url(), client.signIn(again)).parameter("code"))
                .isPresent();
        assertThat(new Browser()
                        .get(world.url() + "/authorize?" + client.authorizationQuery())
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName(
            "IDP-5, CR-20: another client, redirect URI, scope or server is another request, and the person is asked")
    void anApprovalIsForOneRequest() {
        JsonObject twoUris =
                web().put("redirect_uris", new JsonArray().add(CALLBACK).add("https://app.example/other"));
        TestClient client = TestClient.register(world, twoUris, browser);
        client.code();
        String query = client.authorizationQuery();
        assertThat(get("/authorize?" + query).status()).isEqualTo(303);
        assertThat(get("/authorize?" + query.replace("demo%2Fmcp", "other%2Fmcp"))
                        .status())
                .isEqualTo(200);
        assertThat(get("/authorize?" + query + "&scope=offline_access").status())
                .isEqualTo(200);
        assertThat(get("/authorize?" + query.replace("cb%3Ftenant%3D7", "other"))
                        .status())
                .isEqualTo(200);
        TestClient sameNames = TestClient.register(world, twoUris, browser);
        assertThat(sameNames.authorize(world.url()).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("IDP-2: an approval counts for the user who gave it; another one who comes back is asked")
    void anApprovalIsOfOneUser() {
        TestClient client = TestClient.register(world, web(), browser);
        assertThat(client.code()).isNotEmpty();
        client.signOut();
        Answer asPaul = client.signInAs(World.OTHER_USER, client.authorize(world.url()));
        Answer asked = client.callback(world.url(), asPaul);
        assertThat(asked.status()).isEqualTo(303);
        assertThat(asked.location().toString()).startsWith(world.url() + "/authorize?");
        assertThat(asked.parameter("prompt")).hasValue("consent");
        Answer page = browser.get(asked.location().toString());
        assertThat(page.status()).isEqualTo(200);
        Answer answer = client.callback(world.url(), client.signIn(client.approve(world.url(), page)));
        assertThat(answer.parameter("code")).isPresent();
        assertThat(answer.parameter("state")).hasValue(client.state());
    }

    @Test
    @DisplayName("CR-17, AS-16: https on the person's own computer is warned about and asked about like http there")
    void httpsToThisComputerIsNoWebSite() {
        for (String redirectUri :
                List.of("https://localhost:8443/cb", "https://127.0.0.1/cb", "https://[::1]:8443/cb")) {
            TestClient client = TestClient.register(
                    world, web().put("redirect_uris", new JsonArray().add(redirectUri)), new Browser());
            assertThat(client.authorize(world.url()).body()).contains("Any program running here");
            assertThat(client.code()).isNotEmpty();
            assertThat(client.authorize(world.url()).status()).isEqualTo(200);
            Answer otherPort = client.browser()
                    .get(world.url() + "/authorize?"
                            + client.authorizationQuery().replaceFirst("(%3A8443)?%2Fcb", "%3A9443%2Fcb"));
            assertThat(otherPort.status()).isEqualTo(400);
        }
    }

    @Test
    @DisplayName("AS-15: a state with semicolons comes back as it went, in a query and in a form")
    void aSemicolonIsPartOfAState() {
        String state = "a;b=c;;state=d;";
        TestClient client = TestClient.register(world, web(), browser);
        client.code();
        String query = client.authorizationQuery().replace(client.state(), state) + "&prompt=login";
        assertThat(query).contains("state=" + state);
        String bad = query.replace("code_challenge_method=S256", "code_challenge_method=plain");
        // A form is sent on as a query.
        Answer form = browser.postForm(world.url() + "/authorize", bad);
        for (Answer answer :
                List.of(get("/authorize?" + bad), browser.get(form.location().toString()))) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(303);
            assertThat(answer.parameter("error")).hasValue("invalid_request");
            assertThat(answer.parameter("state")).hasValue(state);
        }
        // Not one id twice, which would be invalid_request: one that nobody has.
        Answer token = browser.postForm(
                world.url() + "/token", "grant_type=refresh_token&refresh_token=x&client_id=a;client_id=b");
        assertThat(token.status()).isEqualTo(401);
        assertThat(token.json().getString("error")).isEqualTo("invalid_client");
    }

    @Test
    @DisplayName(
            "AS-16: for a redirect to this computer the person is asked each time, unless the operator says otherwise")
    void nativeAppsAreAskedEachTime() {
        TestClient client = TestClient.register(world);
        client.code();
        Answer page = client.authorize(world.url());
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).doesNotContain("in this browser before").contains("Any program running here");
        try (World trusting = World.start(yaml -> yaml.put("approvals", new JsonObject().put("nativeApps", true)))) {
            TestClient remembered = TestClient.register(trusting);
            remembered.code();
            String otherPort = remembered.authorizationQuery().replace("7777", "50123");
            assertThat(remembered
                            .browser()
                            .get(trusting.url() + "/authorize?" + otherPort)
                            .status())
                    .isEqualTo(303);
        }
    }

    @Test
    @DisplayName("IDP-5: a browser remembers no more approvals than it may, and none where that is switched off")
    void approvalsAreBounded() {
        try (World two = World.start(yaml -> yaml.put("approvals", new JsonObject().put("maxPerBrowser", 2)))) {
            List<TestClient> clients = List.of(
                    TestClient.register(two, web(), browser),
                    TestClient.register(two, web(), browser),
                    TestClient.register(two, web(), browser));
            clients.forEach(TestClient::code);
            assertThat(clients.stream()
                            .map(client -> client.authorize(two.url()).status()))
                    .containsExactly(200, 303, 303);
        }
        try (World none = World.start(yaml -> yaml.put("approvals", new JsonObject().put("maxPerBrowser", 0)))) {
            TestClient client = TestClient.register(none, web(), new Browser());
            client.code();
            assertThat(client.authorize(none.url()).status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("IDP-5: an approval ends")
    void approvalsExpire() {
        try (World brief = World.start(yaml -> yaml.put("approvals", new JsonObject().put("lifetime", "2s")))) {
            TestClient client = TestClient.register(brief, web(), browser);
            client.code();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> client.authorize(brief.url()).status() == 200);
        }
    }

    @Test
    @DisplayName("AS-22: prompt=consent always asks; other prompts are Cognito's")
    void prompts() {
        TestClient client = TestClient.register(world, web(), browser);
        client.code();
        assertThat(get("/authorize?" + client.authorizationQuery("prompt", "consent"))
                        .status())
                .isEqualTo(200);
        Answer login = get("/authorize?" + client.authorizationQuery("prompt", "login"));
        assertThat(login.parameter("prompt")).hasValue("login");
        Answer unknown = get("/authorize?" + client.authorizationQuery("prompt", "whatever"));
        assertThat(unknown.status()).isEqualTo(303);
        assertThat(unknown.parameter("prompt")).isEmpty();
    }

    @Test
    @DisplayName("AS-15: prompt=none shows nothing where it need not, and says what is missing where it must not")
    void promptNone() {
        TestClient client = TestClient.register(world, web(), browser);
        String query = client.authorizationQuery("prompt", "none");
        Answer unapproved = get("/authorize?" + query);
        assertThat(unapproved.status()).isEqualTo(400);
        assertThat(unapproved.linkParameter("error")).hasValue("consent_required");
        client.code();
        Answer silent = get("/authorize?" + query);
        assertThat(silent.parameter("prompt")).hasValue("none");
        assertThat(client.callback(world.url(), browser.get(silent.location().toString()))
                        .parameter("code"))
                .isPresent();
        client.signOut();
        Answer signedOut = client.callback(
                world.url(), browser.get(get("/authorize?" + query).location().toString()));
        assertThat(signedOut.location().toString()).startsWith(CALLBACK);
        assertThat(signedOut.parameter("error")).hasValue("login_required");
        assertThat(signedOut.parameter("iss")).hasValue(world.url());
        Answer contradiction = get("/authorize?" + client.authorizationQuery("prompt", "none login"));
        assertThat(contradiction.parameter("error")).hasValue("invalid_request");
    }

    @Test
    @DisplayName(
            "AS-15: prompt=none with another user's session at Cognito tells the client, and shows that user nothing")
    void promptNoneAsAnotherUser() {
        TestClient client = TestClient.register(world, web(), browser);
        client.code();
        client.signOut();
        client.signInAs(World.OTHER_USER, client.authorize(world.url()));
        Answer silent = get("/authorize?" + client.authorizationQuery("prompt", "none"));
        assertThat(silent.parameter("prompt")).hasValue("none");
        Answer told = client.callback(world.url(), browser.get(silent.location().toString()));
        assertThat(told.status()).isEqualTo(303);
        assertThat(told.location().toString()).startsWith(CALLBACK);
        assertThat(told.parameter("error")).hasValue("consent_required");
        assertThat(told.parameter("state")).hasValue(client.state());
        assertThat(told.parameter("iss")).hasValue(world.url());
        assertThat(told.parameter("code")).isEmpty();
    }

    @Test
    @DisplayName("Where a person's answer goes to, opened by hand or by a restored tab, says what to do")
    void theConsentAddressOpenedByHand() {
        Answer page = get("/consent");
        assertThat(page.status()).isEqualTo(405);
        assertThat(page.header("Allow")).hasValue("POST");
        assertThat(page.body()).contains("There is nothing to answer here", "start the login again there");
        assertThat(browser.send(HttpRequest.newBuilder(URI.create(world.url() + "/consent"))
                                .method("DELETE", HttpRequest.BodyPublishers.noBody()))
                        .header("Content-Type"))
                .hasValue("application/json");
    }

    @Test
    @DisplayName("A browser takes the cookie with as many approvals as it may remember")
    void theCookieOfApprovalsIsNotTooLarge() {
        try (World most = World.start(yaml -> yaml.put("approvals", new JsonObject().put("maxPerBrowser", 20)))) {
            List<TestClient> clients = IntStream.range(0, 20)
                    .mapToObj(i -> TestClient.register(most, web(), browser))
                    .toList();
            String cookie = "";
            for (TestClient client : clients) {
                Answer page = client.authorize(most.url());
                Answer end = client.callback(most.url(), client.signIn(client.approve(most.url(), page)));
                cookie = end.response().headers().allValues("Set-Cookie").stream()
                        .filter(line -> line.startsWith("portcullis_approvals="))
                        .findFirst()
                        .orElseThrow();
            }
            // RFC 6265bis §5.4: name and value, with the prefix that the name has under https.
            assertThat("__Host-".length() + cookie.indexOf(';')).isBetween(2_500, 4_096);
            assertThat(clients.get(0).authorize(most.url()).status()).isEqualTo(303);
        }
    }

    @Test
    @DisplayName(
            "AS-15, AS-16, AS-20: mistakes are redirected for an approved client, and shown with a link for any other")
    void whereErrorsGo() {
        TestClient client = TestClient.register(world, web(), browser);
        String wrong = client.authorizationQuery().replace("S256", "plain");
        Answer shown = get("/authorize?" + wrong);
        assertThat(shown.status()).isEqualTo(400);
        assertThat(shown.linkParameter("error")).hasValue("invalid_request");
        assertThat(shown.linkParameter("state")).hasValue(client.state());
        assertThat(shown.linkParameter("iss")).hasValue(world.url());
        client.code();
        Answer redirected = get("/authorize?" + wrong);
        assertThat(redirected.status()).isEqualTo(303);
        assertThat(redirected.location().toString()).startsWith(CALLBACK + "&error=invalid_request&");
        assertThat(redirected.parameter("state")).hasValue(client.state());
        assertThat(redirected.parameter("iss")).hasValue(world.url());
        // In a browser that has approved nothing it is still a page.
        assertThat(new Browser().get(world.url() + "/authorize?" + wrong).status())
                .isEqualTo(400);
    }

    @Test
    @DisplayName("IDP-8: after an approval in this browser, a denial goes straight to the client")
    void denyingAnApprovedClient() {
        TestClient client = TestClient.register(world, web(), browser);
        client.code();
        Answer page = get("/authorize?" + client.authorizationQuery("prompt", "consent"));
        Answer denied = browser.postForm(world.url() + "/consent", Form.fill(page.body(), "decision", "deny"));
        assertThat(denied.status()).isEqualTo(303);
        assertThat(denied.parameter("error")).hasValue("access_denied");
        assertThat(denied.parameter("iss")).hasValue(world.url());
    }

    @Test
    @DisplayName("AS-23: what the redirect URI already has stays, and code, state and iss come once each")
    void theQueryOfTheRedirectUriStays() {
        TestClient client = TestClient.register(world, web(), browser);
        Answer answer =
                client.callback(world.url(), client.signIn(client.approve(world.url(), client.authorize(world.url()))));
        assertThat(answer.location().toString()).startsWith(CALLBACK + "&code=");
        assertThat(answer.location().getRawQuery().split("&")).hasSize(4);
    }

    @Test
    @DisplayName("AS-11: unknown and empty parameters change nothing; state is optional")
    void unknownAndEmptyParameters() {
        TestClient client = TestClient.register(world, web(), browser);
        assertThat(get("/authorize?" + client.authorizationQuery("made_up", "x", "scope", "", "login_hint", "a"))
                        .status())
                .isEqualTo(200);
        String withoutState = client.authorizationQuery().replaceFirst("&state=[^&]*", "");
        Answer page = get("/authorize?" + withoutState);
        Answer answer = client.callback(world.url(), client.signIn(client.approve(world.url(), page)));
        assertThat(answer.parameter("code")).isPresent();
        assertThat(answer.parameter("state")).isEmpty();
        assertThat(answer.parameter("iss")).isPresent();
    }

    @Test
    @DisplayName("AS-13: redirect_uri may be left out by a client that registered exactly one")
    void theOnlyRedirectUri() {
        TestClient one = TestClient.register(world, web(), browser);
        String without = one.authorizationQuery().replaceFirst("redirect_uri=[^&]*&", "");
        assertThat(get("/authorize?" + without).status()).isEqualTo(200);
        JsonObject twoUris =
                web().put("redirect_uris", new JsonArray().add(CALLBACK).add("https://app.example/other"));
        TestClient two = TestClient.register(world, twoUris, browser);
        Answer page = get("/authorize?" + two.authorizationQuery().replaceFirst("redirect_uri=[^&]*&", ""));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("redirect_uri is missing").doesNotContain("class=\"button\"");
    }

    @ParameterizedTest
    @DisplayName("AS-11, AS-13: of two client_ids or redirect_uris neither counts; of two states none is returned")
    @ValueSource(strings = {"client_id", "redirect_uri", "state", "response_type", "code_challenge", "scope"})
    void repeatedParameters(String name) {
        TestClient client = TestClient.register(world, web(), browser);
        Answer page =
                get("/authorize?" + client.authorizationQuery("scope", "mcp:demo", name, "https://evil.example/"));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).contains("more than once");
        if (List.of("client_id", "redirect_uri").contains(name)) {
            assertThat(page.body()).doesNotContain("class=\"button\"");
        } else {
            assertThat(page.linkParameter("error")).hasValue("invalid_request");
            assertThat(page.linkParameter("state").isPresent()).isEqualTo(!name.equals("state"));
        }
    }

    @Test
    @DisplayName("AS-15: another response_mode than query is refused")
    void responseMode() {
        TestClient client = TestClient.register(world, web(), browser);
        assertThat(get("/authorize?" + client.authorizationQuery("response_mode", "query"))
                        .status())
                .isEqualTo(200);
        assertThat(get("/authorize?" + client.authorizationQuery("response_mode", "fragment"))
                        .body())
                .contains("response_mode must be query");
    }

    @Test
    @DisplayName("AS-11, AS-17: a posted request goes on as a GET, which brings the browser's cookies along")
    void postedRequests() {
        TestClient client = TestClient.register(world, web(), browser);
        Answer answer = browser.postForm(world.url() + "/authorize", client.authorizationQuery());
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.location()).isEqualTo(URI.create(world.url() + "/authorize?" + client.authorizationQuery()));
        assertThat(browser.postForm(world.url() + "/authorize", "a=\u00fc\n").status())
                .isEqualTo(400);
        assertThat(browser.postForm(world.url() + "/authorize", "a=" + "b".repeat(20_000))
                        .status())
                .isEqualTo(413);
    }

    @ParameterizedTest
    @DisplayName("AS-12: no other origin may look into the pages of a login")
    @ValueSource(strings = {"/authorize", "/consent", "/callback"})
    void noCors(String path) {
        for (String method : new String[] {"GET", "POST", "OPTIONS"}) {
            Answer answer = browser.send(
                    HttpRequest.newBuilder(URI.create(world.url() + path))
                            .method(method, HttpRequest.BodyPublishers.noBody()),
                    "Origin",
                    "https://evil.example",
                    "Access-Control-Request-Method",
                    "GET");
            assertThat(answer.header("Access-Control-Allow-Origin")).as(method).isEmpty();
        }
    }

    @Test
    @DisplayName("AS-18, IDP-4: no page of a login can be framed, cached or scripted, whatever it says")
    void everyPageIsProtected() {
        TestClient client = TestClient.register(world, web(), browser);
        List<Answer> pages = List.of(
                client.authorize(world.url()),
                get("/authorize"),
                get("/authorize?client_id=x"),
                get("/authorize?" + "a=1&".repeat(200)),
                get("/authorize?" + client.authorizationQuery().replace("S256", "plain")),
                browser.postForm(world.url() + "/consent", "decision=approve"),
                get("/consent"),
                get("/signed-out"),
                get("/callback?state=x"),
                get("/"));
        for (Answer page : pages) {
            assertThat(page.header("Content-Type")).hasValue("text/html; charset=utf-8");
            assertThat(page.header("X-Frame-Options")).hasValue("DENY");
            assertThat(page.header("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
                    .doesNotContain("form-action", "unsafe", "script-src");
            assertThat(page.header("Referrer-Policy")).hasValue("same-origin");
            assertThat(page.header("Cache-Control")).hasValue("no-store");
            assertThat(page.body()).doesNotContain("<script", "javascript:").doesNotContainPattern("\\son[a-z]+=");
        }
    }

    @Test
    @DisplayName(
            "IDP-3, CR-17: the page names the client, the redirect URI with its host, the scopes in words and the server")
    void theConsentPage() {
        TestClient client = TestClient.register(world, web(), browser);
        Answer page = get("/authorize?" + client.authorizationQuery("scope", "mcp:demo offline_access"));
        assertThat(page.body())
                .contains("Web App", "nobody has verified it", world.mcpUrl())
                .contains("<bdi class=\"strong\">app.example</bdi>", CALLBACK)
                .contains("Use the tools of Demo in your name", "Stay connected while you are away")
                .contains("Your e-mail address", "You have not allowed this application in this browser before");
    }

    @Test
    @DisplayName("IDP-3: scopes are described as the operator says, as text; others by the tools that need them")
    void scopesInWords() {
        String words = "Delete <b>whole</b> projects & what is in them";
        try (World own = World.start(yaml -> yaml.getJsonObject("upstreams")
                .getJsonObject("demo")
                .put("scopes", new JsonArray().add("mcp:demo").add("projects:read"))
                .put("scopeDescriptions", new JsonObject().put("mcp:demo:delete", words))
                .put(
                        "tools",
                        new JsonArray()
                                .add(tool("delete_*", "mcp:demo:delete"))
                                .add(tool("buy", "mcp:demo:buy"))
                                .add(tool("sell_*", "mcp:demo:buy"))))) {
            TestClient client = TestClient.register(own, web(), browser);
            Answer page = browser.get(own.url() + "/authorize?"
                    + client.authorizationQuery("scope", "mcp:demo projects:read mcp:demo:delete mcp:demo:buy"));
            assertThat(page.body())
                    .contains("Use the tools of Demo in your name")
                    .contains("Delete &lt;b&gt;whole&lt;/b&gt; projects &amp; what is in them")
                    .contains("Use the tools “buy”, “sell_*” of Demo in your name")
                    .contains("Use what “projects:read” allows at Demo")
                    .doesNotContain("<b>whole");
        }
    }

    private static JsonObject tool(String match, String scope) {
        return new JsonObject().put("match", match).put("requireScope", scope);
    }

    @Test
    @DisplayName("IDP-6: several logins in one browser at once, finished in any order")
    void parallelLogins() {
        TestClient one = TestClient.register(world, web(), browser);
        TestClient two = TestClient.register(world, web(), browser);
        Answer pageOne = one.authorize(world.url());
        Answer pageTwo = two.authorize(world.url());
        Answer toCognitoOne = one.approve(world.url(), pageOne);
        Answer toCognitoTwo = two.approve(world.url(), pageTwo);
        Answer backTwo = two.signIn(toCognitoTwo);
        Answer backOne = one.signIn(toCognitoOne);
        assertThat(one.callback(world.url(), backOne).parameter("state")).hasValue(one.state());
        assertThat(two.callback(world.url(), backTwo).parameter("state")).hasValue(two.state());
    }

    @Test
    @DisplayName("IDP-6: abandoned logins do not fill the browser's cookie jar; the newest can be finished")
    void abandonedLogins() {
        TestClient client = TestClient.register(world, web(), browser);
        Answer page = client.authorize(world.url());
        Answer last = client.approve(world.url(), page);
        for (int i = 0; i < 30; i++) {
            last = client.approve(world.url(), page);
        }
        assertThat(browser.cookieNames().stream().filter(name -> name.startsWith("portcullis_login_")))
                .hasSizeLessThanOrEqualTo(16);
        assertThat(client.callback(world.url(), client.signIn(last)).parameter("code"))
                .isPresent();
    }

    @Test
    @DisplayName("back and again: approving twice starts two logins; a callback opened again says what to do")
    void backAndReload() {
        TestClient client = TestClient.register(world, web(), browser);
        Answer page = client.authorize(world.url());
        Answer first = client.signIn(client.approve(world.url(), page));
        Answer second = client.signIn(client.approve(world.url(), page));
        assertThat(client.callback(world.url(), first).parameter("code")).isPresent();
        assertThat(client.callback(world.url(), second).parameter("code")).isPresent();
        Answer again = client.callback(world.url(), second);
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.body())
                .contains("This login cannot be finished here", "finished already", "you can close this window");
    }

    @Test
    @DisplayName("an expired page and an expired login each say so, and that the application has to start again")
    void expired() {
        try (World brief = World.start(yaml -> yaml.put("login", new JsonObject().put("pendingTtl", "3s")))) {
            TestClient client = TestClient.register(brief, web(), browser);
            Answer page = client.authorize(brief.url());
            Answer back = client.signIn(client.approve(brief.url(), page));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> client.approve(brief.url(), page).status() == 403);
            assertThat(client.approve(brief.url(), page).body()).contains("too old", "start the login again");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> client.callback(brief.url(), back).status() == 400);
            assertThat(client.callback(brief.url(), back).body()).contains("it took too long", "start again there");
        }
    }

    private Answer get(String pathAndQuery) {
        return browser.get(world.url() + pathAndQuery);
    }
}
