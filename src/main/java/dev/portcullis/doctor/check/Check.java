package dev.portcullis.doctor.check;

import io.vertx.core.Future;
import java.util.Optional;

/** One question about one thing. */
public interface Check {
    /** The subject, a dot and the matter, such as {@code redis.policy}; programs read it, so it never changes. */
    String id();

    /** Which one, where there are several of the kind. */
    default Optional<String> about() {
        return Optional.empty();
    }

    /** Called once. May fail and need not end: both count as {@link Outcome.Failed}, with {@link #remedy}. */
    Future<Outcome> run();

    /** What to do where the question got no answer. */
    String remedy();
}
