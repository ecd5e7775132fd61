package dev.portcullis.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.list;
import static org.awaitility.Awaitility.await;

import dev.portcullis.outage.Outage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyReloaderTest {
    @TempDir
    private Path directory;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InstantSource clock = () -> now;
    private KeyDirectory keys;
    private KeyRing ring;
    private final List<List<String>> heard = new CopyOnWriteArrayList<>();
    private KeyReloader reloader;

    @BeforeEach
    void read() {
        keys = new KeyDirectory(directory, clock);
        keys.create();
        ring = keys.read();
        reloader = new KeyReloader(keys, ring, metrics, (inUse, distrusted) -> heard.add(inUse));
    }

    @Test
    void aNewKeyIsPublishedAtOnceAndSignsWhenItsTimeComes() {
        String old = ring.signingKey().getKeyID();
        long version = ring.version();
        keys.add(KeyPurpose.SIGNING, Duration.ofMinutes(10));
        reloader.reload();
        assertThat(ring.version()).isNotEqualTo(version);
        assertThat(ring.publicKeys().getKeys()).hasSize(2);
        assertThat(ring.signingKey().getKeyID()).isEqualTo(old);
        now = now.plusSeconds(600);
        assertThat(ring.signingKey().getKeyID()).isNotEqualTo(old);
        assertThat(metrics.counter("portcullis.keys.changes").count()).isEqualTo(1);
    }

    @Test
    void nothingHappensWhereNothingChanged() {
        long version = ring.version();
        reloader.reload();
        assertThat(ring.version()).isEqualTo(version);
    }

    @Test
    void whatNobodyThoughtOfShowsInTheMetricsToo() {
        SimpleMeterRegistry others = new SimpleMeterRegistry();
        KeyReloader careless = new KeyReloader(keys, ring, others, (inUse, distrusted) -> {
            throw new IllegalStateException("planted");
        });
        now = now.plusSeconds(1);
        keys.add(KeyPurpose.SIGNING, Duration.ZERO);
        careless.reload();
        assertThat(others.get("portcullis.keys.unreadable").gauge().value()).isEqualTo(1);
        careless.reload();
        assertThat(others.get("portcullis.keys.unreadable").gauge().value()).isZero();
    }

    @Test
    void aBadFileKeepsTheKeysAsTheyWereAndShowsInTheMetrics() throws IOException {
        String old = ring.signingKey().getKeyID();
        Path bad = Files.writeString(directory.resolve("signing-bad.jwk"), "{");
        now = now.plusSeconds(1);
        keys.add(KeyPurpose.SIGNING, Duration.ZERO);
        reloader.reload();
        assertThat(ring.signingKey().getKeyID()).isEqualTo(old);
        assertThat(unreadable()).isEqualTo(1);
        Files.delete(bad);
        reloader.reload();
        assertThat(ring.signingKey().getKeyID()).isNotEqualTo(old);
        assertThat(unreadable()).isZero();
    }

    @Test
    void removingTheKeyInUseWithoutASuccessorChangesNothing() throws IOException {
        String old = ring.signingKey().getKeyID();
        keys.add(KeyPurpose.SIGNING, Duration.ofMinutes(10));
        Files.delete(directory.resolve("signing-" + old + ".jwk"));
        reloader.reload();
        assertThat(ring.signingKey().getKeyID()).isEqualTo(old);
        assertThat(unreadable()).isEqualTo(1);
    }

    @Test
    void aDistrustedKeyIsDroppedEvenBesideABadFile() throws IOException {
        String old = ring.signingKey().getKeyID();
        keys.add(KeyPurpose.SIGNING, Duration.ZERO);
        reloader.reload();
        Files.writeString(directory.resolve("sealing-bad.jwk"), "{");
        Files.writeString(directory.resolve("distrusted"), old + "\n");
        reloader.reload();
        assertThat(ring.publicKeys().getKeyByKeyId(old)).isNull();
        assertThat(ring.publicKeys().getKeys()).hasSize(1);
    }

    @Test
    void whereEveryKeyIsDistrustedNothingIsMadeAndNothingOpens() throws IOException {
        Sealer sealer = new Sealer(ring, new SecureRandom());
        String sealed = sealer.seal("text", "context");
        Files.writeString(directory.resolve("distrusted"), ring.sealingKey().getKeyID() + " # stolen\n");
        reloader.reload();
        assertThat(sealer.open(sealed, "context")).isEmpty();
        assertThatExceptionOfType(Outage.class).isThrownBy(() -> sealer.seal("text", "context"));
    }

    @Test
    void aMountedSecretIsReadThroughTheLinkThatIsSwapped(@TempDir Path mount) throws IOException {
        // As the kubelet does it: links to ..data/FILE, ..data a link to a folder with a time in its name.
        copy(directory, Files.createDirectory(mount.resolve("..2026_01")));
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..2026_01"));
        link(mount);
        KeyDirectory mounted = new KeyDirectory(mount, clock);
        KeyRing live = mounted.read();
        keys.add(KeyPurpose.SIGNING, Duration.ZERO);
        copy(directory, Files.createDirectory(mount.resolve("..2026_02")));
        Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2026_02"));
        Files.move(mount.resolve("..data_tmp"), mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        link(mount);
        new KeyReloader(mounted, live, metrics, (inUse, distrusted) -> heard.add(inUse)).reload();
        assertThat(live.publicKeys().getKeys()).hasSize(2);
    }

    @Test
    void theDirectoryIsReadByItselfAgainAndAgain() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            reloader.start(vertx, Duration.ofMillis(50));
            keys.add(KeyPurpose.SIGNING, Duration.ZERO);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> ring.publicKeys().getKeys().size() == 2);
            await().untilAsserted(() -> assertThat(heard)
                    .singleElement(list(String.class))
                    .contains(ring.publicKeys().getKeys().get(1).getKeyID()));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private double unreadable() {
        return metrics.get("portcullis.keys.unreadable").gauge().value();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void link(Path mount) throws IOException {
        try (Stream<Path> files = Files.list(mount.resolve("..data"))) {
            for (Path file : files.toList()) {
                Path name = mount.resolve(file.getFileName());
                if (!Files.isSymbolicLink(name)) {
                    Files.createSymbolicLink(name, Path.of("..data").resolve(file.getFileName()));
                }
            }
        }
    }
}
