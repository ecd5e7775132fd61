package dev.portcullis.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyDirectoryTest {
    private static final InstantSource EARLY = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
    private static final InstantSource LATE = InstantSource.fixed(Instant.parse("2026-06-01T00:00:00Z"));

    @TempDir
    private Path directory;

    @Test
    void keysAreReadableByTheirOwnerOnly() throws IOException {
        List<Path> files = new KeyDirectory(directory, EARLY).create();
        assertThat(files).hasSize(3);
        for (Path file : files) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void theNewestKeyWorksAndTheOlderOneStillOpensWhatItSealed() {
        new KeyDirectory(directory, EARLY).create();
        KeyRing old = new KeyDirectory(directory, LATE).read();
        String sealed = new Sealer(old, new SecureRandom()).seal("text", "context");
        rotate(LATE);
        KeyRing both = new KeyDirectory(directory, LATE).read();
        assertThat(both.signingKey().getKeyID()).isNotEqualTo(old.signingKey().getKeyID());
        assertThat(both.publicKeys().getKeys()).hasSize(2).noneMatch(key -> key.isPrivate());
        assertThat(new Sealer(both, new SecureRandom()).open(sealed, "context")).hasValue("text");
    }

    @Test
    void aKeyIsPublishedBeforeItsTimeAndSignsOnlyAfter() {
        new KeyDirectory(directory, EARLY).create();
        String early = new KeyDirectory(directory, EARLY).read().signingKey().getKeyID();
        rotate(LATE);
        KeyRing before = new KeyDirectory(directory, EARLY).read();
        assertThat(before.publicKeys().getKeys()).hasSize(2);
        assertThat(before.signingKey().getKeyID()).isEqualTo(early);
    }

    @Test
    void aSealedValueOpensNowhereElse() {
        KeyRing keys = KeyRing.generate(EARLY);
        Sealer sealer = new Sealer(keys, new SecureRandom());
        String sealed = sealer.seal("text", "here");
        assertThat(sealer.open(sealed, "there")).isEmpty();
        int within = sealed.length() - 5;
        char flipped = sealed.charAt(within) == 'A' ? 'B' : 'A';
        assertThat(sealer.open(sealed.substring(0, within) + flipped + sealed.substring(within + 1), "here"))
                .isEmpty();
        assertThat(new Sealer(KeyRing.generate(EARLY), new SecureRandom()).open(sealed, "here"))
                .isEmpty();
        assertThat(sealer.open("", "here")).isEmpty();
    }

    @Test
    void aMissingOrBrokenKeyIsNamedWithARemedy() throws IOException {
        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> new KeyDirectory(directory, EARLY).read())
                .withMessageContaining("portcullis keys --out");
        new KeyDirectory(directory, EARLY).create();
        Files.writeString(directory.resolve("signing-x.jwk"), "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}");
        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> new KeyDirectory(directory, EARLY).read())
                .withMessageContaining("signing-x.jwk")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("c2VjcmV0"));
    }

    @Test
    void keysAreMadeOnceAndOnlyAddedAfterwards() throws IOException {
        new KeyDirectory(directory, EARLY).create();
        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> new KeyDirectory(directory, LATE).create())
                .withMessageContaining("--rotate");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(3);
        }
    }

    @Test
    void aRotatedKeyStartsAfterItsLead() {
        new KeyDirectory(directory, EARLY).create();
        new KeyDirectory(directory, EARLY).add(KeyPurpose.SIGNING, Duration.ofMinutes(10));
        KeyRing now = new KeyDirectory(directory, EARLY).read();
        KeyRing later =
                new KeyDirectory(directory, InstantSource.fixed(EARLY.instant().plusSeconds(600))).read();
        assertThat(now.publicKeys().getKeys()).hasSize(2);
        assertThat(now.signingKey().getKeyID()).isNotEqualTo(later.signingKey().getKeyID());
    }

    @Test
    void distrustingTheOnlyKeyOfAPurposeAddsAnotherFirst() {
        KeyDirectory keys = new KeyDirectory(directory, EARLY);
        keys.create();
        String bad = keys.read().sealingKey().getKeyID();
        String sealed = new Sealer(keys.read(), new SecureRandom()).seal("text", "context");
        assertThat(keys.distrust(bad)).hasSize(2);
        KeyRing after = keys.read();
        assertThat(after.sealingKey().getKeyID()).isNotEqualTo(bad);
        assertThat(new Sealer(after, new SecureRandom()).open(sealed, "context"))
                .isEmpty();
        assertThat(new Sealer(after, new SecureRandom()).isDistrusted(sealed)).isTrue();
        // Once is enough, and what is no key cannot be distrusted by mistake.
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> keys.distrust(bad));
    }

    @Test
    void aDirectoryWhoseKeysAreAllStillToComeIsRefused() throws IOException {
        new KeyDirectory(directory, LATE).create();
        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> new KeyDirectory(directory, EARLY).read())
                .withMessageContaining("nbf")
                .withMessageContaining("--lead 0s");
    }

    @Test
    void aListOfDistrustedKeysMayHoldRemarksAndNothingElse() throws IOException {
        KeyDirectory keys = new KeyDirectory(directory, EARLY);
        keys.create();
        Files.writeString(directory.resolve("distrusted"), "# lost laptop\nabc # not here\n\n");
        assertThat(keys.distrusted()).containsExactly("abc");
        Files.writeString(directory.resolve("distrusted"), "all of them\n");
        assertThatExceptionOfType(KeyException.class).isThrownBy(keys::read).withMessageContaining("one key id a line");
    }

    private void rotate(InstantSource clock) {
        for (KeyPurpose purpose : KeyPurpose.values()) {
            new KeyDirectory(directory, clock).add(purpose, Duration.ZERO);
        }
    }
}
