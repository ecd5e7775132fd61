package dev.portcullis.crypto;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keys as files: one JWK each (RFC 7517), the purpose in front of the name: {@code signing-….jwk}, {@code sealing-….jwk},
 * {@code registration-….jwk}. The file {@code distrusted}, if there is one, names keys that are worth nothing any more, one key id a line.
 * Other files are left alone, so that a mounted Kubernetes Secret works as it is. Blocking: not for an event loop.
 */
public final class KeyDirectory {
    private static final String SUFFIX = ".jwk";
    private static final String DISTRUSTED = "distrusted";
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9-]{1,32}");

    private final Path directory;
    private final InstantSource clock;

    public KeyDirectory(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Reads all keys; throws {@link KeyException} naming the file and the remedy. */
    public KeyRing read() {
        KeySet keys = keys();
        requireCurrent(keys);
        return new KeyRing(keys, clock);
    }

    /** Adds one new key for each purpose, good at once and readable by this user only; answers the files. Only for a directory without keys. */
    public List<Path> create() {
        if (Files.isDirectory(directory)
                && Stream.of(KeyPurpose.values())
                        .anyMatch(purpose -> !files(purpose).isEmpty())) {
            throw new KeyException("there are keys in " + directory
                    + " already; add a new one with: portcullis keys --rotate signing --out " + directory);
        }
        return Stream.of(KeyPurpose.values())
                .map(purpose -> add(purpose, Duration.ZERO))
                .toList();
    }

    /** Adds one new key that is published and verifies at once and makes new values after {@code lead}; answers its file. */
    public Path add(KeyPurpose purpose, Duration lead) {
        // nbf has whole seconds (RFC 7519 §2); the lead may be longer for that, but never shorter.
        Instant from =
                lead.isZero() ? clock.instant() : clock.instant().plus(lead).plusMillis(999);
        KeyFactory factory = new KeyFactory(clock);
        try {
            Instant second = from.truncatedTo(ChronoUnit.SECONDS);
            JWK key = purpose == KeyPurpose.SIGNING ? factory.signingKey(second) : factory.octets(second);
            Files.createDirectories(directory);
            return write(directory.resolve(purpose.prefix() + key.getKeyID() + SUFFIX), key);
        } catch (IOException e) {
            throw notWritable(e);
        } catch (JOSEException e) {
            throw new IllegalStateException("every Java platform makes RSA keys", e);
        }
    }

    /**
     * Takes all worth from a key. Where no other key of its purpose is in use, a new one is added first, good at once. Answers the files that
     * were written.
     */
    public List<Path> distrust(String keyId) {
        KeySet keys = keys();
        if (keys.all().stream().noneMatch(key -> key.getKeyID().equals(keyId))) {
            throw new KeyException("no trusted key in " + directory + " has the key id " + keyId + "; known: "
                    + keys.all().stream().map(JWK::getKeyID).collect(Collectors.joining(", ")));
        }
        List<Path> written = new ArrayList<>();
        addWhereNoneIsLeft(KeyPurpose.SIGNING, keys.signing(), keyId).ifPresent(written::add);
        addWhereNoneIsLeft(KeyPurpose.SEALING, keys.sealing(), keyId).ifPresent(written::add);
        addWhereNoneIsLeft(KeyPurpose.REGISTRATION, keys.registration(), keyId).ifPresent(written::add);
        try {
            written.add(Files.writeString(
                    directory.resolve(DISTRUSTED), keyId + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND));
            return written;
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    /** What may be told about the keys; throws {@link KeyException} as {@link #read} does. */
    public List<KeyFacts> facts() {
        KeySet keys = keys();
        requireCurrent(keys);
        return Stream.of(
                        facts(KeyPurpose.SIGNING, keys.signing()),
                        facts(KeyPurpose.SEALING, keys.sealing()),
                        facts(KeyPurpose.REGISTRATION, keys.registration()))
                .flatMap(List::stream)
                .toList();
    }

    private List<KeyFacts> facts(KeyPurpose purpose, List<? extends JWK> keys) {
        Optional<String> current = KeySet.newest(keys, clock.instant()).map(JWK::getKeyID);
        return keys.stream()
                .map(key -> new KeyFacts(
                        purpose,
                        key.getKeyID(),
                        key.getNotBeforeTime().toInstant(),
                        current.equals(Optional.of(key.getKeyID()))))
                .toList();
    }

    /** The files of keys that every user of this machine may read; none where the file system has no such permissions. */
    public List<Path> openToAll() {
        return Stream.of(KeyPurpose.values())
                .flatMap(purpose -> files(purpose).stream())
                .filter(KeyDirectory::isOpenToAll)
                .toList();
    }

    private static boolean isOpenToAll(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (IOException e) {
            throw new KeyException(file + " cannot be read; check its permissions", e);
        }
    }

    /** All keys as the files have them, without the distrusted ones. */
    KeySet keys() {
        KeySet keys = new KeySet(
                read(KeyPurpose.SIGNING, RSAKey.class),
                read(KeyPurpose.SEALING, OctetSequenceKey.class),
                read(KeyPurpose.REGISTRATION, OctetSequenceKey.class),
                Set.of());
        Set<String> ids = new HashSet<>();
        for (JWK key : keys.all()) {
            if (!ids.add(key.getKeyID())) {
                throw new KeyException(
                        "two keys in " + directory + " have the key id " + key.getKeyID() + "; remove one");
            }
        }
        requireCurrent(keys);
        return keys.without(distrusted());
    }

    Set<String> distrusted() {
        Path file = directory.resolve(DISTRUSTED);
        try {
            Set<String> ids = new HashSet<>();
            for (String line : Files.readAllLines(file)) {
                String id = line.split("#", 2)[0].trim();
                if (!id.isEmpty() && !KEY_ID.matcher(id).matches()) {
                    throw new KeyException(file + " must hold one key id a line; # begins a remark");
                }
                if (!id.isEmpty()) {
                    ids.add(id);
                }
            }
            return ids;
        } catch (NoSuchFileException e) {
            return Set.of();
        } catch (IOException e) {
            throw new KeyException(file + " cannot be read; check its permissions", e);
        }
    }

    private void requireCurrent(KeySet keys) {
        requireCurrent(KeyPurpose.SIGNING, keys.signing());
        requireCurrent(KeyPurpose.SEALING, keys.sealing());
        requireCurrent(KeyPurpose.REGISTRATION, keys.registration());
    }

    private void requireCurrent(KeyPurpose purpose, List<? extends JWK> keys) {
        if (KeySet.newest(keys, clock.instant()).isEmpty()) {
            throw new KeyException("no " + purpose + " key in " + directory
                    + " is in use: each is distrusted or its nbf is still to come; add one with: portcullis keys --rotate "
                    + purpose + " --lead 0s --out " + directory);
        }
    }

    private Optional<Path> addWhereNoneIsLeft(KeyPurpose purpose, List<? extends JWK> keys, String keyId) {
        List<? extends JWK> left =
                keys.stream().filter(key -> !key.getKeyID().equals(keyId)).toList();
        boolean affected = left.size() < keys.size();
        return affected && KeySet.newest(left, clock.instant()).isEmpty()
                ? Optional.of(add(purpose, Duration.ZERO))
                : Optional.empty();
    }

    /** Under another name first: a gateway that reads the directory meanwhile must never see half a key. */
    private Path write(Path file, JWK key) throws IOException {
        Path draft = directory.resolve("." + file.getFileName() + ".new");
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix) {
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(draft, key.toJSONString());
        return Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private <K extends JWK> List<K> read(KeyPurpose purpose, Class<K> type) {
        List<K> keys = new ArrayList<>();
        for (Path file : files(purpose)) {
            keys.add(key(file, type));
        }
        if (keys.isEmpty()) {
            throw new KeyException("no file " + purpose.prefix() + "*" + SUFFIX + " in " + directory
                    + "; make the keys with: portcullis keys --out " + directory);
        }
        return keys;
    }

    private List<Path> files(KeyPurpose purpose) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(purpose.prefix())
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
            if (key.getKeyID() == null || !KEY_ID.matcher(key.getKeyID()).matches()) {
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

    private KeyException notWritable(IOException cause) {
        return new KeyException(
                "nothing can be written to " + directory + "; check that it is a directory this user may write to",
                cause);
    }
}
