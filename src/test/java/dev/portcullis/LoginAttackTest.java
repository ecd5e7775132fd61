package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.KeyRing;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody would try who wants another one's login, token or click. */
class LoginAttackTest {
    private static final String CALLBACK = "https://app.example/cb";
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

    private static JsonObject registration(String redirectUri) {
        return TestClient.registration().put("redirect_uris", new JsonArray().add(redirectUri));
    }

    @Test
    @DisplayName(
            "IDP-6, login CSRF: a login that one browser started is not finished in another, and stays with the first")
    void aCallbackInAnotherBrowser() {
        TestClient attacker = TestClient.register(world);
        Answer fromCognito = attacker.signIn(attacker.approve(world.url(), attacker.authorize(world.url())));
        // A victim without cookies, and one in the middle of a login of their own.
        TestClient bystander = TestClient.register(world);
        TestClient busy = TestClient.register(world);
        busy.approve(world.url(), busy.authorize(world.url()));
        for (TestClient victim : new TestClient[] {bystander, busy}) {
            Answer stolen = victim.callback(world.url(), fromCognito);
            assertThat(stolen.status()).isEqualTo(400);
            assertThat(stolen.header("Location")).isEmpty();
        }
        assertThat(attacker.callback(world.url(), fromCognito).parameter("code"))
                .isPresent();
    }

    @Test
    @DisplayName("IDP-6, session fixation: a cookie with another secret, or of another login, opens nothing")
    void anotherCookie() {
        TestClient client = TestClient.register(world);
        Answer one = client.approve(world.url(), client.authorize(world.url()));
        String state = one.parameter("state").orElseThrow();
        TestClient other = TestClient.register(world);
        Answer two = other.approve(world.url(), other.authorize(world.url()));
        String secretOfTwo =
                two.header("Set-Cookie").orElseThrow().split(";", 2)[0].split("=", 2)[1];
        String callback = world.url() + "/callback?code=x&state=" + state;
        for (String secret : new String[] {"A".repeat(43), secretOfTwo, state, ""}) {
            Answer answer = new Browser().get(callback, "Cookie", "portcullis_login_" + state + "=" + secret);
            assertThat(answer.status()).as(secret).isEqualTo(400);
            assertThat(answer.header("Location")).isEmpty();
        }
    }

    @ParameterizedTest
    @DisplayName("IDP-6: a cookie without state, a state without cookie, two states: each is a page and nothing more")
    @ValueSource(
            strings = {"code=x", "code=x&state=", "code=x&state=STATE&state=STATE", "code=x&state=other", "error=x"})
    void cookieWithoutState(String query) {
        TestClient client = TestClient.register(world);
        Answer toCognito = client.approve(world.url(), client.authorize(world.url()));
        String state = toCognito.parameter("state").orElseThrow();
        Answer answer = client.browser().get(world.url() + "/callback?" + query.replace("STATE", state));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Location")).isEmpty();
        assertThat(client.callback(world.url(), client.signIn(toCognito)).parameter("code"))
                .isPresent();
    }

    @Test
    @DisplayName(
            "IDP-1, IDP-6, confused deputy: whoever approved in their own browser cannot send a victim the rest of the way")
    void confusedDeputyThroughRegistration() {
        TestClient attacker = TestClient.register(world, registration("https://evil.example/cb"), new Browser());
        Answer toCognito = attacker.approve(world.url(), attacker.authorize(world.url()));
        // The victim is signed in at Cognito already, so the link alone comes back with a code.
        TestClient victim = TestClient.register(world);
        victim.code();
        Answer back = victim.browser().get(toCognito.location().toString());
        assertThat(back.location().toString()).startsWith(world.url() + "/callback?code=");
        Answer answer = victim.browser().get(back.location().toString());
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Location")).isEmpty();
        // Nor does the attacker's client get past the consent page in the victim's browser.
        Answer page = victim.browser().get(world.url() + "/authorize?" + attacker.authorizationQuery());
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("evil.example");
    }

    @Test
    @DisplayName("IDP-3: a consent form of one browser is worth nothing in another, nor from another page")
    void consentForgery() {
        TestClient attacker = TestClient.register(world);
        Answer page = attacker.authorize(world.url());
        String form = Form.fill(page.body(), "decision", "approve");
        TestClient victim = TestClient.register(world);
        String own = Form.fill(victim.authorize(world.url()).body(), "decision", "approve");
        assertThat(victim.browser().postForm(world.url() + "/consent", form).status())
                .isEqualTo(403);
        assertThat(new Browser().postForm(world.url() + "/consent", form).status())
                .isEqualTo(403);
        for (String origin : new String[] {"https://evil.example", "null", world.url() + ".evil.example"}) {
            assertThat(victim.browser()
                            .postForm(world.url() + "/consent", own, "Origin", origin)
                            .status())
                    .isEqualTo(403);
        }
        assertThat(victim.browser()
                        .postForm(world.url() + "/consent", own, "Sec-Fetch-Site", "cross-site")
                        .status())
                .isEqualTo(403);
        assertThat(victim.browser()
                        .postForm(world.url() + "/consent", own.replace("request=", "request=x"))
                        .status())
                .isEqualTo(403);
        assertThat(victim.browser()
                        .postForm(world.url() + "/consent", own, "Origin", world.url())
                        .status())
                .isEqualTo(303);
    }

    @Test
    @DisplayName("IDP-5: an approvals cookie that is forged, or sealed for something else, approves nothing")
    void forgedApprovals() {
        TestClient client = TestClient.register(world, registration(CALLBACK), browser);
        Answer page = client.authorize(world.url());
        String sealedForm = Form.fill(page.body()).replace("request=", "");
        for (String forged : new String[] {"x", "a.b", sealedForm, "[[\"a\",\"b\",\"c\",9999999999]]"}) {
            Answer answer = new Browser()
                    .get(
                            world.url() + "/authorize?" + client.authorizationQuery(),
                            "Cookie",
                            "portcullis_approvals=" + URLEncoder.encode(forged, StandardCharsets.UTF_8));
            assertThat(answer.status()).as(forged).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("IDP-10, AS-20, mix-up: an answer that names another issuer than the user pool is no answer")
    void anotherIssuerAtTheCallback() {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        Answer answer = client.browser().get(fromCognito.location() + "&iss=https%3A%2F%2Fevil.example");
        assertThat(answer.parameter("error")).hasValue("server_error");
        assertThat(answer.parameter("code")).isEmpty();
        assertThat(answer.parameter("iss")).hasValue(world.url());
    }

    @ParameterizedTest
    @DisplayName("IDP-8, AS-20: what Cognito says is told in our words, with state and iss")
    @CsvSource({
        "access_denied,access_denied",
        "temporarily_unavailable,temporarily_unavailable",
        "invalid_request,server_error",
        "server_error,server_error",
        "<script>,server_error"
    })
    void errorsOfTheIdentityProvider(String error, String expected) {
        TestClient client = TestClient.register(world);
        Answer toCognito = client.approve(world.url(), client.authorize(world.url()));
        Answer answer = client.browser()
                .get(world.url()
                        + "/callback?"
                        + Form.encode(
                                "error",
                                error,
                                "error_description",
                                "PreAuthentication failed with internal detail",
                                "state",
                                toCognito.parameter("state").orElseThrow()));
        assertThat(answer.parameter("error")).hasValue(expected);
        assertThat(answer.parameter("state")).hasValue(client.state());
        assertThat(answer.parameter("iss")).hasValue(world.url());
        assertThat(answer.location().toString()).doesNotContain("PreAuthentication", "%3Cscript");
    }

    @ParameterizedTest
    @DisplayName(
            "CR-2, CR-3, IDP-7: tricks with a registered redirect URI end in a page, and the trick is not shown as a link")
    @ValueSource(
            strings = {
                "https://app.example@evil.example/cb",
                "https://user@app.example/cb",
                "https://app.example.evil.example/cb",
                "https://app.example:444/cb",
                "https://app.example:443/cb",
                "https://APP.example/cb",
                "HTTPS://app.example/cb",
                "https://app.ex\u0430mple/cb",
                "https://app.example\u3002evil.example/cb",
                "https://app.example/cb/",
                "https://app.example//cb",
                "https://app.example/x/../cb",
                "https://app.example/%63b",
                "https://app.example/cb%2f..%2fevil",
                "https://app.example/cb%00",
                "https://app.example/cb#",
                "https://app.example/cb#@evil.example",
                "https://app.example/cb?next=https://evil.example",
                "https://app.example\\@evil.example/cb",
                "https://app.example/cb\r\nLocation: https://evil.example",
                "//app.example/cb",
                "javascript:alert(document.domain)//https://app.example/cb",
                "data:text/html,https://app.example/cb",
                "http://app.example/cb"
            })
    void redirectUriTricks(String trick) {
        TestClient client = TestClient.register(world, registration(CALLBACK), browser);
        Answer answer = browser.get(world.url() + "/authorize?"
                + client.authorizationQuery()
                        .replace(
                                URLEncoder.encode(CALLBACK, StandardCharsets.UTF_8),
                                URLEncoder.encode(trick, StandardCharsets.UTF_8)));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Location")).isEmpty();
        assertThat(answer.body())
                .contains("not one this client registered")
                .doesNotContain("evil.example", "javascript:", "class=\"button\"");
    }

    @Test
    @DisplayName("AS-16: an attacker's own redirect URI with a query that leads on is shown, not followed")
    void openRedirectorThroughRegistration() {
        String leading = "https://open.example/go?to=https%3A%2F%2Fevil.example";
        TestClient attacker = TestClient.register(world, registration(leading), browser);
        for (String wrong : new String[] {"scope=%22", "response_type=token", "prompt=none", "resource=urn%3Ax"}) {
            Answer answer = browser.get(world.url() + "/authorize?"
                    + attacker.authorizationQuery().replaceFirst("&" + wrong.split("=", 2)[0] + "=[^&]*", "") + "&"
                    + wrong);
            assertThat(answer.status()).as(wrong).isEqualTo(400);
            assertThat(answer.header("Location")).isEmpty();
            assertThat(answer.header("Refresh")).isEmpty();
            assertThat(answer.body()).contains("<bdi>open.example</bdi>");
        }
    }

    @ParameterizedTest
    @DisplayName("CR-9: a client id that is forged, cut or of another server is unknown at every endpoint")
    @ValueSource(strings = {"flip", "cut", "swap", "other"})
    void forgedClientIds(String how) {
        String id = TestClient.register(world).id();
        String forged;
        switch (how) {
            case "flip" -> forged = id.substring(0, 40) + (id.charAt(40) == 'A' ? 'B' : 'A') + id.substring(41);
            case "cut" -> forged = id.substring(0, id.length() - 1);
            case "swap" -> forged = id.substring(0, id.lastIndexOf('.')) + ".AAAA";
            default -> {
                try (World other = World.start()) {
                    forged = TestClient.register(other).id();
                }
            }
        }
        Answer page =
                browser.get(world.url() + "/authorize?" + Form.encode("client_id", forged, "redirect_uri", CALLBACK));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("not registered here").doesNotContain("class=\"button\"");
        for (String path : new String[] {"/token", "/revoke"}) {
            Answer answer = browser.postForm(
                    world.url() + path,
                    Form.encode(
                            "grant_type", "refresh_token", "refresh_token", "x", "token", "x", "client_id", forged));
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.json().getString("error")).isEqualTo("invalid_client");
        }
    }

    @ParameterizedTest
    @DisplayName("AS-10: no Host and no forwarded header gets into any URL we say")
    @ValueSource(
            strings = {
                "/.well-known/oauth-authorization-server",
                "/.well-known/oauth-protected-resource/demo/mcp",
                "/demo/mcp",
                "/",
                "/authorize",
                "/callback?state=x"
            })
    void poisonedHost(String path) {
        poison("GET " + path + " HTTP/1.1\r\n", "");
    }

    @Test
    @DisplayName("AS-10: the way to Cognito and back names our own callback, whatever Host says")
    void poisonedHostInTheFlow() {
        TestClient client = TestClient.register(world, registration(CALLBACK), browser);
        poison("GET /authorize?" + client.authorizationQuery() + " HTTP/1.1\r\n", "");
        String form = client.authorizationQuery();
        String answer = poison(
                "POST /authorize HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        + form.length() + "\r\n",
                form);
        assertThat(answer).contains("Location: " + world.url() + "/authorize?");
        String registration = TestClient.registration().encode();
        poison(
                "POST /register HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: " + registration.length()
                        + "\r\n",
                registration);
    }

    private static String poison(String start, String body) {
        try (RawConnection connection = RawConnection.to(world.url())) {
            connection.write(start
                    + "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\n"
                    + "X-Forwarded-Prefix: /evil.example\r\nForwarded: host=evil.example;proto=gopher\r\n"
                    + "X-Original-URL: /evil.example\r\nX-Rewrite-URL: /evil.example\r\nConnection: close\r\n\r\n"
                    + body);
            String answer = connection.readToEnd();
            assertThat(answer).startsWith("HTTP/1.1 ").doesNotContain("evil.example", "gopher");
            return answer;
        }
    }

    @Test
    @DisplayName("AS-19: markup in a client's name and state is text on every page")
    void markupIsText() {
        String markup = "<img src=x onerror=alert(1)>\"'&lt;${7*7}";
        JsonObject registration = registration(CALLBACK + "?a=%22%3E%3Cb%3E").put("client_name", markup);
        TestClient client = TestClient.register(world, registration, browser);
        Answer page = browser.get(world.url() + "/authorize?" + client.authorizationQuery());
        assertThat(page.body()).contains("&lt;img").doesNotContain("<img", "<b>", ">49<");
        Answer denied = browser.postForm(world.url() + "/consent", Form.fill(page.body(), "decision", "deny"));
        assertThat(denied.body()).contains("&lt;img").doesNotContain("<img", "<b>");
        String evilState = client.authorizationQuery()
                .replaceFirst("state=[^&]*", "state=" + URLEncoder.encode(markup + "\r\nX: y", StandardCharsets.UTF_8))
                .replace("S256", "plain");
        Answer error = browser.get(world.url() + "/authorize?" + evilState);
        assertThat(error.body()).doesNotContain("<img").contains("state=%3Cimg");
        assertThat(error.linkParameter("state")).hasValue(markup + "\r\nX: y");
    }

    @Test
    @DisplayName("AS-19: line breaks in state, scope or a parameter's name stay inside their place")
    void lineBreaksStayInside() {
        TestClient client = TestClient.register(world, registration(CALLBACK), browser);
        String evil = "a\r\nSet-Cookie: owned=1\r\n\r\n<h1>x";
        String query = client.authorizationQuery()
                .replaceFirst("state=[^&]*", "state=" + URLEncoder.encode(evil, StandardCharsets.UTF_8));
        Answer page = browser.get(world.url() + "/authorize?" + query);
        Answer answer = client.callback(world.url(), client.signIn(client.approve(world.url(), page)));
        assertThat(answer.parameter("state")).hasValue(evil);
        assertThat(answer.response().headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("owned"));
        Answer scope = browser.get(world.url() + "/authorize?" + query + "&scope=" + "a%0d%0ab");
        assertThat(scope.parameter("error")).hasValue("invalid_scope");
        Answer token = browser.postForm(world.url() + "/token", Form.encode("grant_type", evil, "x\r\ny", "z"));
        assertThat(token.status()).isEqualTo(400);
        assertThat(token.body()).doesNotContain("owned");
    }

    @Test
    @DisplayName("SEC-7: oversized everything is refused with the status for it, and the gateway goes on")
    void oversized() {
        TestClient client = TestClient.register(world, registration(CALLBACK), browser);
        assertThat(raw("GET /authorize?state=" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .containsPattern("^HTTP/1\\.[01] 414 ")
                .contains("This link is too long", "start again")
                .contains("X-Frame-Options: DENY", "frame-ancestors 'none'", "Cache-Control: no-store");
        assertThat(raw("GET /authorize HTTP/1.1\r\nHost: x\r\nX-Big: " + "a".repeat(40_000) + "\r\n\r\n"))
                .containsPattern("^HTTP/1\\.[01] 431 ")
                .contains("Delete the cookies of this site")
                .contains("X-Frame-Options: DENY", "frame-ancestors 'none'", "Cache-Control: no-store");
        assertThat(raw("GET /authorize HTTP/1.1\r\nHost: x\r\n" + "Cookie: a=b\r\n".repeat(4_000) + "\r\n"))
                .containsPattern("^HTTP/1\\.[01] 431 ");
        Answer state = browser.get(world.url() + "/authorize?"
                + client.authorizationQuery().replaceFirst("state=[^&]*", "state=" + "a".repeat(4_097)));
        assertThat(state.status()).isEqualTo(400);
        assertThat(state.body()).contains("state is longer than");
        String many = "a=1&".repeat(10_000);
        assertThat(browser.postForm(world.url() + "/token", many).status()).isEqualTo(400);
        assertThat(browser.postForm(world.url() + "/consent", many).status()).isEqualTo(400);
        assertThat(browser.postJson(world.url() + "/register", "[".repeat(60_000))
                        .status())
                .isEqualTo(400);
        assertThat(browser.postJson(
                                world.url() + "/register",
                                "{\"redirect_uris\":[\"https://a.example/cb\"],\"x\":" + "9".repeat(60_000) + "}")
                        .status())
                .isIn(201, 400);
        assertThat(client.authorize(world.url()).status()).isEqualTo(200);
    }

    private static String raw(String request) {
        try (RawConnection connection = RawConnection.to(world.url())) {
            connection.write(request);
            return connection.readToEnd();
        }
    }

    @Test
    @DisplayName(
            "IDP-4: the cookies of a login are not for script, not for other sites, and by https under the __Host- prefix")
    void cookies() {
        TestClient client = TestClient.register(world, registration(CALLBACK), browser);
        Answer page = client.authorize(world.url());
        Answer toCognito = client.approve(world.url(), page);
        Answer end = client.callback(world.url(), client.signIn(toCognito));
        for (Answer answer : new Answer[] {page, toCognito, end}) {
            assertThat(answer.response().headers().allValues("Set-Cookie"))
                    .isNotEmpty()
                    .allSatisfy(cookie -> assertThat(cookie)
                            .contains("HTTPOnly", "SameSite=Lax", "Path=/")
                            .doesNotContain("Domain"));
        }
        int port = URI.create(world.url()).getPort();
        try (World secure = World.start(yaml -> yaml.put("publicUrl", "https://localhost:" + port))) {
            TestClient other = TestClient.register(secure, secure.gateway(0));
            Answer secured = other.authorize(secure.gateway(0));
            assertThat(secured.header("Set-Cookie").orElseThrow())
                    .startsWith("__Host-portcullis_browser=")
                    .contains("Secure", "Path=/")
                    .doesNotContain("Domain");
            Answer left = other.approve(secure.gateway(0), secured);
            assertThat(left.header("Set-Cookie").orElseThrow())
                    .startsWith("__Host-portcullis_login_")
                    .contains("Secure", "HTTPOnly", "SameSite=Lax", "Path=/")
                    .doesNotContain("Domain");
            // The callback that this pool knows is on http; what the browser does there is the same.
            Answer back = other.browser()
                    .get(secure.gateway(0) + "/callback?"
                            + Form.encode(
                                    "error",
                                    "access_denied",
                                    "state",
                                    left.parameter("state").orElseThrow()));
            assertThat(back.header("Set-Cookie").orElseThrow())
                    .startsWith("__Host-portcullis_login_")
                    .contains("Secure", "Max-Age=0");
        }
        String publicUrl = "https://mcp.example.com";
        try (World secure = World.startBehind(publicUrl, KeyRing.generate(InstantSource.system()), yaml -> {})) {
            TestClient other = TestClient.register(secure, secure.gateway(0));
            Answer asked = other.approve(secure.gateway(0), other.authorize(secure.gateway(0)));
            Answer done = other.callback(secure.gateway(0), other.signIn(asked));
            assertThat(done.response().headers().allValues("Set-Cookie"))
                    .anySatisfy(cookie -> assertThat(cookie)
                            .startsWith("__Host-portcullis_approvals=")
                            .contains("Secure", "HTTPOnly", "SameSite=Lax", "Path=/")
                            .doesNotContain("Domain"));
        }
    }
}
