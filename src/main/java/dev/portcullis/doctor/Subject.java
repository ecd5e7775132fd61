package dev.portcullis.doctor;

import java.util.Locale;

/** What can be left out. */
public enum Subject {
    KEYS,
    PUBLIC,
    COGNITO,
    REDIS,
    UPSTREAM;

    /** As it stands in the ids of checks. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
