package dev.portcullis.testkit;

import dev.portcullis.crypto.Digests;
import dev.portcullis.crypto.RandomTokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A public MCP client and the person who uses it: each step of the flow is one call, at whichever gateway the caller names. */
public final class TestClient {
    public static final String REDIRECT_URI = "http://localhost:7777/oauth/callback";

    private static final RandomTokens RANDOM = new RandomTokens(new SecureRandom());

    private final World world;
    private final Browser browser;
    private final String verifier = RANDOM.next();
    private final String state = RANDOM.next();
    private final String id;
    private final Optional<String> secret;
    private final String redirectUri;
    private String resource;

    private TestClient(World world, Browser browser, JsonObject registered) {
        this.world = world;
        this.browser = browser;
        this.id = registered.getString("client_id");
        this.secret = Optional.ofNullable(registered.getString("client_secret"));
        this.redirectUri = registered.getJsonArray("redirect_uris").getString(0);
        this.resource = world.mcpUrl();
    }

    public static TestClient register(World world) {
        return register(world, world.url());
    }

    public static TestClient register(World world, String gateway) {
        return register(world, gateway, registration(), new Browser());
    }

    /** @param registration what it sends instead of {@link #registration()} */
    public static TestClient register(World world, JsonObject registration) {
        return register(world, world.url(), registration, new Browser());
    }

    /** A client that registers like this, and a person in front of this browser. */
    public static TestClient register(World world, JsonObject registration, Browser browser) {
        return register(world, world.url(), registration, browser);
    }

    private static TestClient register(World world, String gateway, JsonObject registration, Browser browser) {
        return new TestClient(
                world,
                browser,
                new Browser()
                        .postJson(gateway + "/register", registration.encode())
                        .json());
    }

    /** One that has its id from elsewhere. */
    public static TestClient withId(World world, String id) {
        return known(world, id, "", REDIRECT_URI);
    }

    /** A client that is known already; the secret is empty for a public one. */
    public static TestClient known(World world, String id, String secret, String redirectUri) {
        JsonObject registered =
                new JsonObject().put("client_id", id).put("redirect_uris", new JsonArray().add(redirectUri));
        return new TestClient(
                world, new Browser(), secret.isEmpty() ? registered : registered.put("client_secret", secret));
    }

    /** What a public native client sends. */
    public static JsonObject registration() {
        return new JsonObject()
                .put("client_name", "Test Client")
                .put("redirect_uris", new JsonArray().add(REDIRECT_URI))
                .put("grant_types", new JsonArray().add("authorization_code").add("refresh_token"))
                .put("token_endpoint_auth_method", "none");
    }

    /** From now on it wants tokens for this server, not for {@link World#mcpUrl}. */
    public TestClient wants(String mcpUrl) {
        resource = mcpUrl;
        return this;
    }

    /** The whole way to an access token. */
    public String accessToken() {
        return redeem(world.url(), code()).json().getString("access_token");
    }

    public String id() {
        return id;
    }

    public String state() {
        return state;
    }

    public String verifier() {
        return verifier;
    }

    public Browser browser() {
        return browser;
    }

    /** The query of a good authorization request; later pairs are added, so a test can repeat a parameter. */
    public String authorizationQuery(String... more) {
        String query = Form.encode(
                "client_id",
                id,
                "redirect_uri",
                redirectUri,
                "response_type",
                "code",
                "state",
                state,
                "code_challenge",
                Digests.sha256(verifier),
                "code_challenge_method",
                "S256",
                "resource",
                resource);
        return more.length == 0 ? query : query + "&" + Form.encode(more);
    }

    public Answer authorize(String gateway) {
        return browser.get(gateway + "/authorize?" + authorizationQuery());
    }

    /** Presses the button on the consent page. */
    public Answer approve(String gateway, Answer consentPage) {
        return browser.postForm(gateway + "/consent", Form.fill(consentPage.body(), "decision", "approve"));
    }

    /** From Cognito's authorize endpoint through its login page; answers the redirect to our callback. */
    public Answer signIn(Answer toCognito) {
        return signInAs(World.USER, toCognito);
    }

    /** Ends the session at Cognito, in this browser. */
    public void signOut() {
        browser.forgetCookie("cognito");
    }

    /** @param user who is asked for the password; the one whose session is still open at Cognito is not asked */
    public Answer signInAs(String user, Answer toCognito) {
        Answer login = browser.get(toCognito.location().toString());
        if (login.location().toString().startsWith(world.url())) {
            return login;
        }
        String page = login.location().toString();
        return browser.postForm(
                page,
                Form.fill(
                        browser.get(page).body(), "username", user, "password", World.PASSWORD, "cognitoAsfData", ""));
    }

    /** Follows the redirect from Cognito, at this gateway. */
    public Answer callback(String gateway, Answer fromCognito) {
        return browser.get(gateway + fromCognito.location().getRawPath() + "?"
                + fromCognito.location().getRawQuery());
    }

    /** The whole way in the browser; answers the authorization code. */
    public String code() {
        Answer asked = authorize(world.url());
        // Where it was approved before, there is nothing to press.
        Answer toCognito = asked.status() == 303 ? asked : approve(world.url(), asked);
        return callback(world.url(), signIn(toCognito)).parameter("code").orElseThrow();
    }

    public Answer redeem(String gateway, String code) {
        return token(
                gateway,
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                redirectUri,
                "code_verifier",
                verifier,
                "resource",
                resource);
    }

    public Answer refresh(String gateway, String refreshToken) {
        return token(gateway, "grant_type", "refresh_token", "refresh_token", refreshToken);
    }

    /** A token request of this client, authenticated where it has a secret. */
    private Answer token(String gateway, String... pairs) {
        List<String> all = new ArrayList<>(List.of(pairs));
        all.addAll(List.of("client_id", id));
        secret.ifPresent(value -> all.addAll(List.of("client_secret", value)));
        return browser.postForm(gateway + "/token", Form.encode(all.toArray(String[]::new)));
    }

    public Answer revoke(String gateway, String token) {
        return browser.postForm(gateway + "/revoke", Form.encode("token", token, "client_id", id));
    }

    /** A call of the tool {@code echo} without a session, in the modern era. */
    public Answer echo(String mcpUrl, String accessToken, String message) {
        JsonObject meta = new JsonObject()
                .put("io.modelcontextprotocol/protocolVersion", "2026-07-28")
                .put("io.modelcontextprotocol/clientCapabilities", new JsonObject());
        return tool(mcpUrl, accessToken, "echo", new JsonObject().put("message", message), meta);
    }

    public Answer whoami(String mcpUrl, String accessToken) {
        JsonObject meta = new JsonObject()
                .put("io.modelcontextprotocol/protocolVersion", "2026-07-28")
                .put("io.modelcontextprotocol/clientCapabilities", new JsonObject());
        return tool(mcpUrl, accessToken, "whoami", new JsonObject(), meta);
    }

    private Answer tool(String mcpUrl, String accessToken, String name, JsonObject arguments, JsonObject meta) {
        JsonObject call = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", "tools/call")
                .put(
                        "params",
                        new JsonObject()
                                .put("name", name)
                                .put("arguments", arguments)
                                .put("_meta", meta));
        return browser.postJson(
                mcpUrl,
                call.encode(),
                "Authorization",
                "Bearer " + accessToken,
                "Accept",
                "application/json, text/event-stream",
                "MCP-Protocol-Version",
                "2026-07-28",
                "Mcp-Method",
                "tools/call",
                "Mcp-Name",
                name);
    }
}
