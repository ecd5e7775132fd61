package dev.portcullis.doctor.keys;

import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.crypto.KeyException;
import dev.portcullis.crypto.KeyFacts;
import dev.portcullis.crypto.KeyPurpose;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Examination;
import dev.portcullis.doctor.check.Known;
import dev.portcullis.doctor.check.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What there is to say about a key directory. Found out when it is made, which blocks. */
public final class KeyChecks {
    // Nobody has to rotate sooner, and whoever never did has never tried how.
    private static final Duration OLD = Duration.ofDays(400);

    private final Outcome directory;
    private final Outcome permissions;
    private final Outcome age;
    private final Outcome rotation;

    public KeyChecks(Path path, KeyDirectory keys, Instant now) {
        directory = guarded(() -> directory(path, keys.facts()));
        permissions = guarded(() -> permissions(keys.openToAll()));
        age = guarded(() -> age(keys.facts(), path, now));
        rotation = guarded(() -> rotation(keys.facts(), now));
    }

    /** Answers the check that others need who use the keys. */
    public Check add(Examination examination) {
        Check readable = examination.add(new Known("keys.directory", directory));
        examination.add(new Known("keys.permissions", permissions), readable);
        examination.add(new Known("keys.age", age), readable);
        examination.add(new Known("keys.rotation", rotation), readable);
        return readable;
    }

    private static Outcome guarded(Supplier<Outcome> look) {
        try {
            return look.get();
        } catch (KeyException e) {
            // What is wrong; what to do.
            String[] parts = String.valueOf(e.getMessage()).split("; ", 2);
            return new Outcome.Failed(
                    parts[0], parts.length > 1 ? upper(parts[1]) + "." : "Check keys.directory and what is in it.");
        }
    }

    private static Outcome directory(Path path, List<KeyFacts> facts) {
        return new Outcome.Passed(path + " holds "
                + facts.stream()
                        .map(key -> key.purpose() + " key " + key.keyId())
                        .collect(Collectors.joining(", ")));
    }

    private static Outcome permissions(List<Path> open) {
        return open.isEmpty()
                ? new Outcome.Passed("not readable by everybody")
                : new Outcome.Warned(
                        open.size() + " key files can be read by every user, such as " + open.get(0),
                        "chmod o-r those files; for a Kubernetes Secret set defaultMode: 0440 on the volume.");
    }

    private static Outcome age(List<KeyFacts> facts, Path path, Instant now) {
        List<KeyFacts> used = facts.stream().filter(KeyFacts::inUse).toList();
        String finding =
                used.stream().map(key -> key.purpose() + " " + days(key, now)).collect(Collectors.joining(", "));
        return used.stream()
                .filter(key -> Duration.between(key.from(), now).compareTo(OLD) > 0)
                // Client ids do not expire, so that key hardly ever changes.
                .filter(key -> key.purpose() != KeyPurpose.REGISTRATION)
                .findFirst()
                .<Outcome>map(old -> new Outcome.Warned(
                        finding,
                        "Rotate: portcullis keys --rotate " + old.purpose() + " --lead 10m --out " + path + "."))
                .orElseGet(() -> new Outcome.Passed(finding));
    }

    private static String days(KeyFacts key, Instant now) {
        return key.from().equals(Instant.EPOCH)
                ? "unknown"
                : String.valueOf(Duration.between(key.from(), now).toDays());
    }

    private static Outcome rotation(List<KeyFacts> facts, Instant now) {
        return new Outcome.Passed(facts.stream()
                .filter(key -> key.from().isAfter(now))
                .findFirst()
                .map(next -> "pending: " + next.purpose() + " key " + next.keyId() + " takes over in "
                        + (1 + Duration.between(now, next.from()).toMinutes()) + " min")
                .orElse("none is pending"));
    }

    private static String upper(String sentence) {
        return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }
}
