package dev.portcullis.crypto;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keys as files: one JWK each (RFC 7517), the purpose in front of the name: {@code signing-….jwk}, {@code sealing-….jwk},
 * {@code registration-….jwk}. Other files are left alone, so that a mounted Kubernetes Secret works as it is.
 */
public final class KeyDirectory {
    private static final String SIGNING = "signing-";
    private static final String SEALING = "sealing-";
    private static final String REGISTRATION = "registration-";
    private static final String SUFFIX = ".jwk";

    private final Path directory;
    private final InstantSource clock;

    public KeyDirectory(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Reads all keys; throws {@link KeyException} naming the file and the remedy. */
    public KeyRing read() {
        KeyRing ring = new KeyRing(
                keys(SIGNING, RSAKey.class),
                keys(SEALING, OctetSequenceKey.class),
                keys(REGISTRATION, OctetSequenceKey.class),
                clock);
        Set<String> ids = new HashSet<>();
        for (JWK key : ring.all()) {
            if (!ids.add(key.getKeyID())) {
                throw new KeyException(
                        "two keys in " + directory + " have the key id " + key.getKeyID() + "; remove one");
            }
        }
        return ring;
    }

    /** Adds one new key for each purpose to the directory, readable by this user only; answers the files. */
    public List<Path> add() {
        KeyRing ring = KeyRing.generate(clock);
        try {
            Files.createDirectories(directory);
            return List.of(
                    write(SIGNING, ring.signingKey()),
                    write(SEALING, ring.sealingKey()),
                    write(REGISTRATION, ring.registrationKey()));
        } catch (IOException e) {
            throw new KeyException(
                    "no key can be written to " + directory + "; check that it is a directory this user may write to",
                    e);
        }
    }

    private Path write(String purpose, JWK key) throws IOException {
        Path file = directory.resolve(purpose + key.getKeyID() + SUFFIX);
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return Files.writeString(file, key.toJSONString());
    }

    private <K extends JWK> List<K> keys(String purpose, Class<K> type) {
        List<K> keys = new ArrayList<>();
        for (Path file : files(purpose)) {
            keys.add(key(file, type));
        }
        if (keys.isEmpty()) {
            throw new KeyException("no file " + purpose + "*" + SUFFIX + " in " + directory
                    + "; make the keys with: portcullis keys --out " + directory);
        }
        return keys;
    }

    private List<Path> files(String purpose) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(purpose)
                            && file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new KeyException(
                    "the key directory " + directory + " cannot be read; make it with: portcullis keys --out "
                            + directory,
                    e);
        }
    }

    private static <K extends JWK> K key(Path file, Class<K> type) {
        try {
            JWK key = JWK.parse(Files.readString(file));
            if (!type.isInstance(key) || !key.isPrivate() || key.size() < (key instanceof RSAKey ? 2048 : 256)) {
                throw new KeyException(file + " holds no private key of the kind its name says");
            }
            if (key.getKeyID() == null || !key.getKeyID().matches("[A-Za-z0-9-]{1,32}")) {
                throw new KeyException(file + " has no usable kid; it must be 1 to 32 letters, digits and -");
            }
            return type.cast(withNotBefore(key));
        } catch (IOException e) {
            throw new KeyException(file + " cannot be read; check its permissions", e);
        } catch (ParseException e) {
            // The cause's message could quote the key.
            throw new KeyException(file + " is not a JWK (RFC 7517)");
        }
    }

    /** A key without {@code nbf} is good from the beginning. */
    private static JWK withNotBefore(JWK key) {
        Date from = Optional.ofNullable(key.getNotBeforeTime()).orElse(new Date(0));
        return key instanceof RSAKey rsa
                ? new RSAKey.Builder(rsa).notBeforeTime(from).build()
                : new OctetSequenceKey.Builder(key.toOctetSequenceKey())
                        .notBeforeTime(from)
                        .build();
    }
}
