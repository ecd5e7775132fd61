package dev.portcullis.doctor.check;

import java.util.Optional;

/** What came of a check, in sentences for people. None of them ever holds a secret. */
public sealed interface Outcome {
    /** What was found. */
    String finding();

    /** What to do about it. */
    default Optional<String> remedy() {
        return Optional.empty();
    }

    /** As it should be. */
    record Passed(String finding) implements Outcome {}

    /** It works, and may not for everybody or for ever. */
    record Warned(String finding, String todo) implements Outcome {
        @Override
        public Optional<String> remedy() {
            return Optional.of(todo);
        }
    }

    /** It does not work. */
    record Failed(String finding, String todo) implements Outcome {
        @Override
        public Optional<String> remedy() {
            return Optional.of(todo);
        }
    }

    /** It could not be asked; the finding says why. */
    record Skipped(String finding) implements Outcome {}

    /** Whether checks that build on this one make sense. */
    default boolean isUsable() {
        return this instanceof Passed || this instanceof Warned;
    }
}
