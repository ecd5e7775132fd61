package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWEObject;
import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.crypto.KeyPurpose;
import dev.portcullis.crypto.KeyReloader;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Listening;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two replicas, each with a copy of the key directory that changes at another moment, as mounted secrets do. */
class KeyRotationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path keys;

    @TempDir
    private Path replicaA;

    @TempDir
    private Path replicaB;

    private final Vertx timers = Vertx.vertx();
    private final List<KeyRing> rings = new ArrayList<>();
    private World world;

    @BeforeEach
    void start() throws IOException {
        source().create();
        publish(replicaA);
        publish(replicaB);
        for (Path directory : List.of(replicaA, replicaB)) {
            KeyDirectory copy = new KeyDirectory(directory, InstantSource.system());
            KeyRing ring = copy.read();
            new KeyReloader(copy, ring, new SimpleMeterRegistry(), (inUse, distrusted) -> {})
                    .start(timers, Duration.ofMillis(100));
            rings.add(ring);
        }
        world = World.startWithKeys(2, rings::get);
    }

    @AfterEach
    void stop() throws Exception {
        world.close();
        timers.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName(
            "SEC-5: keys of all kinds rotate without one refused token, though replicas see the files at different times")
    void keysRotateWithoutOneRefusedToken() throws Exception {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.gateway(0), client.code()).json();
        String first = tokens.getString("access_token");
        String oldKey = keyId(first);
        String refresh = tokens.getString("refresh_token");

        for (KeyPurpose purpose : KeyPurpose.values()) {
            source().add(purpose, Duration.ofSeconds(5));
        }
        Instant takeOver = Instant.now().plusSeconds(5);
        publish(replicaA);
        boolean late = false;
        int round = 0;
        String newest = first;
        String oldPrefix = refresh.substring(0, 12);
        while (keyId(newest).equals(oldKey)
                || refresh.startsWith(oldPrefix)
                || Instant.now().isBefore(takeOver.plusSeconds(1))) {
            if (!late && Instant.now().isAfter(takeOver.minusSeconds(3))) {
                publish(replicaB);
                late = true;
            }
            // A refresh at one replica, the new token and the very first one at the other.
            String here = world.gateway(round);
            String there = world.gateway(round + 1);
            Answer refreshed = client.refresh(here, refresh);
            assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
            newest = refreshed.json().getString("access_token");
            refresh = refreshed.json().getString("refresh_token");
            assertThat(echo(client, there, newest)).isEqualTo(200);
            assertThat(echo(client, here, first)).isEqualTo(200);
            assertThat(echo(client, there, first)).isEqualTo(200);
            assertThat(publishedKeys(here)).contains(keyId(newest));
            round++;
            assertThat(Instant.now()).isBefore(takeOver.plus(PATIENCE));
        }
        assertThat(round).isGreaterThan(10);
    }

    @Test
    @DisplayName(
            "SEC-5: what a distrusted signing key signed is refused at once, also where it was verified before; a refresh mends it")
    void aDistrustedSigningKeyIsWorthNothing() throws Exception {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.gateway(0), client.code()).json();
        String token = tokens.getString("access_token");
        assertThat(echo(client, world.gateway(0), token)).isEqualTo(200);
        assertThat(echo(client, world.gateway(1), token)).isEqualTo(200);

        source().distrust(keyId(token));
        publish(replicaA);
        publish(replicaB);
        for (String gateway : List.of(world.gateway(0), world.gateway(1))) {
            await().atMost(PATIENCE).until(() -> echo(client, gateway, token) == 401);
            assertThat(publishedKeys(gateway)).doesNotContain(keyId(token)).isNotEmpty();
        }
        Answer refreshed = client.refresh(world.gateway(1), tokens.getString("refresh_token"));
        assertThat(echo(client, world.gateway(0), refreshed.json().getString("access_token")))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyPurpose.class,
            names = {"SIGNING", "SEALING"})
    @DisplayName("SEC-5, RS-11: streams that a token of a distrusted key opened are cut, those of other keys go on")
    void streamsOfADistrustedKeyAreCut(KeyPurpose purpose) throws Exception {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.gateway(0), client.code()).json();
        String distrusted = only(purpose);
        List<Listening> forged = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            forged.add(Listening.at(world.gateway(i) + "/demo/mcp", tokens.getString("access_token")));
        }
        // Keys say by the second since when they are used: this one not in that of its predecessor.
        source().add(purpose, Duration.ofSeconds(1));
        publish(replicaA);
        publish(replicaB);
        String[] refresh = {tokens.getString("refresh_token")};
        String newer = await().atMost(PATIENCE)
                .until(
                        () -> {
                            JsonObject next =
                                    client.refresh(world.gateway(0), refresh[0]).json();
                            refresh[0] = next.getString("refresh_token");
                            return next.getString("access_token");
                        },
                        token -> !keyIds(token).contains(distrusted));
        await().atMost(PATIENCE).until(() -> echo(client, world.gateway(1), newer) == 200);
        List<Listening> good = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            good.add(Listening.at(world.gateway(i) + "/demo/mcp", newer));
        }
        assertThat(forged).noneMatch(stream -> stream.end().isDone());

        distrust(distrusted);

        for (Listening stream : forged) {
            stream.end().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(good).noneMatch(stream -> stream.end().isDone());
    }

    @Test
    @DisplayName(
            "SEC-5: what a distrusted sealing key sealed is gone, so the client signs in again instead of waiting for ever")
    void aDistrustedSealingKeyEndsTheGrant() throws Exception {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.gateway(0), client.code()).json();
        String token = tokens.getString("access_token");
        assertThat(echo(client, world.gateway(0), token)).isEqualTo(200);
        String open = client.code();

        distrust(KeyPurpose.SEALING);
        await().atMost(PATIENCE).until(() -> echo(client, world.gateway(0), token) == 401);
        Answer refused = client.refresh(world.gateway(0), tokens.getString("refresh_token"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().getString("error")).isEqualTo("invalid_grant");
        assertThat(client.redeem(world.gateway(0), open).json().getString("error"))
                .isEqualTo("invalid_grant");
        await().atMost(PATIENCE)
                .until(() -> client.refresh(world.gateway(1), tokens.getString("refresh_token"))
                                .status()
                        == 400);
        assertThat(client.redeem(world.gateway(1), client.code()).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("SEC-5, AS-29: clients of a distrusted registration key are unknown, which makes them register again")
    void clientsOfADistrustedRegistrationKeyAreUnknown() throws Exception {
        TestClient client = TestClient.register(world);
        String refresh = client.redeem(world.gateway(0), client.code()).json().getString("refresh_token");
        distrust(KeyPurpose.REGISTRATION);
        await().atMost(PATIENCE)
                .until(() -> client.refresh(world.gateway(0), refresh).status() == 401);
        assertThat(client.refresh(world.gateway(0), refresh).json().getString("error"))
                .isEqualTo("invalid_client");
        await().atMost(PATIENCE)
                .until(() -> client.refresh(world.gateway(1), refresh).status() == 401);
        TestClient again = TestClient.register(world);
        assertThat(again.redeem(world.gateway(1), again.code()).status()).isEqualTo(200);
    }

    private KeyDirectory source() {
        return new KeyDirectory(keys, InstantSource.system());
    }

    private void distrust(KeyPurpose purpose) throws IOException {
        distrust(only(purpose));
    }

    private void distrust(String keyId) throws IOException {
        source().distrust(keyId);
        publish(replicaA);
        publish(replicaB);
    }

    /** The id of the first key there is. */
    private String only(KeyPurpose purpose) throws IOException {
        try (Stream<Path> files = Files.list(keys)) {
            String file = files.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(purpose + "-"))
                    .findFirst()
                    .orElseThrow();
            return file.substring(purpose.toString().length() + 1, file.length() - ".jwk".length());
        }
    }

    private void publish(Path replica) throws IOException {
        try (Stream<Path> files = Files.list(keys)) {
            for (Path file : files.sorted().toList()) {
                Path draft = replica.resolve("." + file.getFileName());
                Files.deleteIfExists(draft);
                Files.copy(file, draft);
                Files.move(
                        draft,
                        replica.resolve(file.getFileName()),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static int echo(TestClient client, String gateway, String token) {
        return client.echo(gateway + "/demo/mcp", token, "hi").status();
    }

    private static List<String> publishedKeys(String gateway) {
        return new Browser()
                .get(gateway + "/.well-known/jwks.json").json().getJsonArray("keys").stream()
                        .map(key -> ((JsonObject) key).getString("kid"))
                        .toList();
    }

    private static String keyId(String token) throws ParseException {
        return SignedJWT.parse(token).getHeader().getKeyID();
    }

    /** Of the keys that it was signed and its content sealed with. */
    private static List<String> keyIds(String token) {
        try {
            String embedded = SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("cognito_token");
            return List.of(keyId(token), JWEObject.parse(embedded).getHeader().getKeyID());
        } catch (ParseException e) {
            throw new AssertionError("not a token", e);
        }
    }
}
