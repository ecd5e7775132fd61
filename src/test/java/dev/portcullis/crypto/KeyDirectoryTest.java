package dev.portcullis.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyDirectoryTest {
    private static final InstantSource EARLY = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
    private static final InstantSource LATE = InstantSource.fixed(Instant.parse("2026-06-01T00:00:00Z"));

    @TempDir
    private Path directory;

    @Test
    void keysAreReadableByTheirOwnerOnly() throws IOException {
        List<Path> files = new KeyDirectory(directory, EARLY).add();
        assertThat(files).hasSize(3);
        for (Path file : files) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void theNewestKeyWorksAndTheOlderOneStillOpensWhatItSealed() {
        new KeyDirectory(directory, EARLY).add();
        KeyRing old = new KeyDirectory(directory, LATE).read();
        String sealed = new Sealer(old, new SecureRandom()).seal("text", "context");
        new KeyDirectory(directory, LATE).add();
        KeyRing both = new KeyDirectory(directory, LATE).read();
        assertThat(both.signingKey().getKeyID()).isNotEqualTo(old.signingKey().getKeyID());
        assertThat(both.publicKeys().getKeys()).hasSize(2).noneMatch(key -> key.isPrivate());
        assertThat(new Sealer(both, new SecureRandom()).open(sealed, "context")).hasValue("text");
    }

    @Test
    void aKeyIsPublishedBeforeItsTimeAndSignsOnlyAfter() {
        new KeyDirectory(directory, EARLY).add();
        String early = new KeyDirectory(directory, EARLY).read().signingKey().getKeyID();
        new KeyDirectory(directory, LATE).add();
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
        assertThat(sealer.open(sealed.substring(0, sealed.length() - 2) + "AA", "here"))
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
        new KeyDirectory(directory, EARLY).add();
        Files.writeString(directory.resolve("signing-x.jwk"), "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}");
        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> new KeyDirectory(directory, EARLY).read())
                .withMessageContaining("signing-x.jwk")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("c2VjcmV0"));
    }
}
