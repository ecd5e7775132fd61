package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.Jose;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Everything that is in Redis, after every step: whoever reads it must not be able to act as anybody, and it must not fill up. */
class RedisSecretsTest {
    private final Set<String> secrets = new TreeSet<>();
    private final Set<String> kinds = new TreeSet<>();
    private RedisServer redis;
    private DocumentHost site;
    private World world;

    @BeforeEach
    void start() {
        redis = RedisServer.start(Ports.free(), Optional.empty());
        site = DocumentHost.start();
        world = World.start(configuration -> configuration
                .put("redis", new JsonObject().put("url", "redis://localhost:" + redis.port()))
                // So that the test can see Cognito's tokens.
                .put("tokens", new JsonObject().put("cognitoToken", "plain"))
                .put("clientDocuments", new JsonObject().put("loopback", true))
                .put(
                        "rateLimits",
                        new JsonObject()
                                .put("register", 60)
                                .put("authorize", 60)
                                .put("token", 60)));
    }

    @AfterEach
    void stop() {
        world.close();
        site.close();
        redis.close();
    }

    @Test
    @DisplayName(
            "SEC-1: no token, code, secret or name of a user is readable in any key or value of Redis, and every key has an end")
    void nothingIsReadable() throws Exception {
        JsonObject registered = new Browser()
                .postJson(
                        world.url() + "/register",
                        TestClient.registration()
                                .put("token_endpoint_auth_method", "client_secret_post")
                                .encode())
                .json();
        secrets.add(registered.getString("client_secret"));
        goThrough(TestClient.known(
                world,
                registered.getString("client_id"),
                registered.getString("client_secret"),
                TestClient.REDIRECT_URI));

        site.serve(
                "/client.json",
                new JsonObject()
                        .put("client_id", site.url("/client.json"))
                        .put("client_name", "Documented Client")
                        .put("redirect_uris", new JsonArray().add(TestClient.REDIRECT_URI))
                        .put(
                                "grant_types",
                                new JsonArray().add("authorization_code").add("refresh_token"))
                        .put("token_endpoint_auth_method", "none"),
                "Cache-Control",
                "max-age=600");
        goThrough(TestClient.withId(world, site.url("/client.json")));

        // That there was something to find: of each kind that a login, a grant, its end and its limits leave behind.
        assertThat(kinds).contains("cimd", "code", "grant", "rate", "revoked", "signouts", "tx", "user");
    }

    private void goThrough(TestClient client) throws Exception {
        secrets.addAll(List.of(client.verifier(), client.state()));
        world.cognito().faults().clear();
        Answer toCognito = client.approve(world.url(), client.authorize(world.url()));
        toCognito.parameter("nonce").ifPresent(secrets::add);
        toCognito.header("Set-Cookie").ifPresent(cookie -> secrets.add(cookie.split("[=;]")[1]));
        inspect();
        Answer fromCognito = client.signIn(toCognito);
        fromCognito.parameter("code").ifPresent(secrets::add);
        String code =
                client.callback(world.url(), fromCognito).parameter("code").orElseThrow();
        // Its first part names the grant, which is no secret; the whole code and the rest are.
        secrets.addAll(List.of(code, code.substring(code.indexOf('.') + 1)));
        inspect();
        JsonObject tokens = client.redeem(world.url(), code).json();
        learn(tokens);
        inspect();
        JsonObject next =
                client.refresh(world.url(), tokens.getString("refresh_token")).json();
        learn(next);
        assertThat(client.echo(world.mcpUrl(), next.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        inspect();
        // Cognito does not end the sign-in, so its refresh token has to be kept.
        world.cognito().faults().on(Call.REVOKE, Fault.serverError());
        // The code comes twice, which ends the grant.
        assertThat(client.redeem(world.url(), code).json().getString("error")).isEqualTo("invalid_grant");
        await().until(() -> !redis.ask("KEYS", "pc:signouts:*").isEmpty());
        inspect();
    }

    private void learn(JsonObject tokens) throws Exception {
        String access = tokens.getString("access_token");
        String refresh = tokens.getString("refresh_token");
        String cognito = SignedJWT.parse(access).getJWTClaimsSet().getStringClaim("cognito_token");
        secrets.addAll(List.of(access, refresh, cognito));
        assertThat(List.of(access, cognito))
                .allMatch(token -> Jose.BEGINNINGS.stream().anyMatch(token::startsWith));
        for (String token : List.of(access, refresh, cognito)) {
            secrets.add(token.substring(token.lastIndexOf('.') + 1));
        }
        secrets.add(SignedJWT.parse(cognito).getJWTClaimsSet().getSubject());
        secrets.add("\"" + World.USER);
    }

    private void inspect() {
        Map<String, String> everything = everything();
        assertThat(everything).isNotEmpty();
        everything.forEach((key, value) -> {
            kinds.add(key.split("[:{]+", 3)[1]);
            // Minus two is a key whose end came meanwhile, minus one is a key that has none.
            assertThat(Long.parseLong(redis.ask("PTTL", key)))
                    .as("the life of " + key)
                    .isNotEqualTo(-1);
            for (String text : List.of(key, value, decoded(value))) {
                assertThat(text).as(key).doesNotContain(Jose.BEGINNINGS).doesNotContain(secrets.toArray(String[]::new));
            }
        });
    }

    /** What is only encoded is readable, too. */
    private static String decoded(String value) {
        return value.lines()
                .flatMap(line -> List.of(line.split("[^A-Za-z0-9_-]")).stream())
                .filter(word -> word.length() > 20 && word.length() % 4 != 1)
                .map(word -> new String(Base64.getUrlDecoder().decode(word), StandardCharsets.ISO_8859_1))
                .collect(Collectors.joining("\n"));
    }

    private Map<String, String> everything() {
        Map<String, String> everything = new LinkedHashMap<>();
        for (String key : redis.ask("KEYS", "*").trim().lines().toList()) {
            String type = redis.ask("TYPE", key);
            everything.put(
                    key,
                    switch (type) {
                        case "string" -> redis.ask("GET", key);
                        case "hash" -> redis.ask("HGETALL", key);
                        case "zset" -> redis.ask("ZRANGE", key, "0", "-1", "WITHSCORES");
                        case "set" -> redis.ask("SMEMBERS", key);
                        // Its end came meanwhile.
                        case "none" -> "";
                        default -> throw new AssertionError("a key of a kind that this test cannot read: " + type);
                    });
        }
        return everything;
    }
}
