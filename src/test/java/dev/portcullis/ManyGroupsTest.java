package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Jose;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user in a hundred Cognito groups, which is as many as Cognito allows: their tokens are longer than many servers' headers. */
class ManyGroupsTest {
    private static final int GROUPS = 100;

    @ParameterizedTest
    @ValueSource(strings = {"encrypted", "plain"})
    @DisplayName("SEC-7: a user in a hundred groups signs in, calls, refreshes, calls again and signs out")
    void theWholeWay(String cognitoToken) {
        try (World world = World.start(
                configuration -> configuration.put("tokens", new JsonObject().put("cognitoToken", cognitoToken)))) {
            world.cognito().faults().oversizedGroups(GROUPS);
            TestClient client = TestClient.register(world);
            JsonObject first = client.redeem(world.url(), client.code()).json();
            JsonObject second = client.refresh(world.url(), first.getString("refresh_token"))
                    .json();
            for (JsonObject tokens : List.of(first, second)) {
                String accessToken = tokens.getString("access_token");
                assertThat(accessToken).hasSizeGreaterThan(7_000);
                // Once found out, once remembered.
                for (int i = 0; i < 2; i++) {
                    Answer answer = client.whoami(world.mcpUrl(), accessToken);
                    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                    assertThat(answer.body()).contains("\"groups\":[\"");
                }
            }
            assertThat(client.revoke(world.url(), second.getString("access_token"))
                            .status())
                    .isEqualTo(200);
            assertThat(client.whoami(world.mcpUrl(), second.getString("access_token"))
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    @DisplayName(
            "SEC-7: a token that would not fit the configured header is not minted, and the log says why in one line")
    void aTokenThatWouldNotFitIsNotMinted() {
        try (LogCapture log = LogCapture.of("dev.portcullis.oauth");
                World world = World.start(
                        configuration -> configuration.put("http", new JsonObject().put("maxHeader", "8KiB")))) {
            TestClient client = TestClient.register(world);
            JsonObject tokens = client.redeem(world.url(), client.code()).json();
            world.cognito().faults().oversizedGroups(GROUPS);
            assertRefused(client.refresh(world.url(), tokens.getString("refresh_token")), log, 1);
            assertRefused(client.redeem(world.url(), client.code()), log, 2);
            assertThat(log.text()).doesNotContain("exception").doesNotContain(Jose.BEGINNINGS);
        }
    }

    private static void assertRefused(Answer answer, LogCapture log, int times) {
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.json().getString("error")).isEqualTo("server_error");
        assertThat(answer.json().getString("error_description")).contains("longer than this server accepts");
        List<JsonObject> lines = log.lines(line -> line.getString("message").contains("would not fit http.maxHeader"));
        assertThat(lines).hasSize(times);
        JsonObject line = lines.get(times - 1);
        assertThat(line.getString("level")).isEqualTo("ERROR");
        assertThat(line.getInteger("bytes")).isGreaterThan(line.getInteger("limit"));
        assertThat(line.getInteger("limit")).isEqualTo(4096);
        assertThat(line.getInteger("groups")).isGreaterThanOrEqualTo(GROUPS);
        assertThat(line.getString("grant")).isNotBlank();
    }
}
