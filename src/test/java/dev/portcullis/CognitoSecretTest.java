package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The secret of the app client at Cognito is replaced while the gateway runs, which knows the old one and the next. */
class CognitoSecretTest {
    private static final String NEXT = "next+secret+of+the+app+client+0123456789";

    private static World world;
    private static String first;

    @BeforeAll
    static void start() {
        world = World.start(
                configuration -> configuration.getJsonObject("cognito").put("nextClientSecret", NEXT));
        first = world.cognito().pool().client().secrets().get(0);
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @AfterEach
    void bothSecretsAreGoodAgain() {
        world.cognito().faults().clear();
        secrets(first, NEXT);
    }

    @Test
    @DisplayName("IDP-10: login, refresh and revocation go on with the other secret, and pay for finding out once")
    void everyCallGoesOnWithTheOtherSecret() {
        secrets(first);
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();

        secrets(NEXT);
        long refreshes = calls(Call.REFRESH_GRANT);
        tokens = refreshed(client, tokens);
        assertThat(calls(Call.REFRESH_GRANT) - refreshes).isEqualTo(2);
        tokens = refreshed(client, tokens);
        assertThat(calls(Call.REFRESH_GRANT) - refreshes).isEqualTo(3);

        secrets(first);
        long codes = calls(Call.CODE_GRANT);
        String other = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        assertThat(calls(Call.CODE_GRANT) - codes).isEqualTo(2);
        client.code();
        assertThat(calls(Call.CODE_GRANT) - codes).isEqualTo(3);

        secrets(NEXT);
        long revocations = calls(Call.REVOKE);
        assertThat(client.revoke(world.url(), other).status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(10)).until(() -> calls(Call.REVOKE) - revocations == 2);
        long before = calls(Call.REFRESH_GRANT);
        refreshed(client, tokens);
        assertThat(calls(Call.REFRESH_GRANT) - before).isEqualTo(1);
    }

    @Test
    @DisplayName("IDP-10: a refusal of the secret is understood in each of its forms")
    void aRefusalInAnotherForm() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        for (int status : new int[] {400, 401}) {
            String described = "{\"error\":\"invalid_client\",\"error_description\":\"invalid_client_secret\"}";
            world.cognito()
                    .faults()
                    .on(Call.REFRESH_GRANT, new Fault.Answer(status, "application/json;charset=UTF-8", described), 1);
            tokens = refreshed(client, tokens);
        }
    }

    @Test
    @DisplayName(
            "AS-30: where Cognito takes neither secret it is 503, each was tried once, and nobody loses the sign-in")
    void neitherSecretIsTrouble() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        secrets("another+secret+of+the+app+client+0123456789");
        long before = calls(Call.REFRESH_GRANT);
        Answer refused = client.refresh(world.url(), tokens.getString("refresh_token"));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.json().getString("error")).isEqualTo("temporarily_unavailable");
        assertThat(calls(Call.REFRESH_GRANT) - before).isEqualTo(2);
        secrets(NEXT);
        refreshed(client, tokens);
    }

    private static JsonObject refreshed(TestClient client, JsonObject tokens) {
        Answer answer = client.refresh(world.url(), tokens.getString("refresh_token"));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }

    private static long calls(Call call) {
        return world.cognito().calls().of(call);
    }

    private static void secrets(String... secrets) {
        try {
            world.cognito()
                    .changeClient(world.cognito().pool().client().id(), client -> client.withSecrets(secrets))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the app client could not be changed", e);
        }
    }
}
