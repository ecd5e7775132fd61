package dev.portcullis.crypto;

import java.util.Locale;

/** What a key is for; its file says so in front of its name. */
public enum KeyPurpose {
    /** Access tokens (RS256). Other programs know the public halves. */
    SIGNING,
    /** Whatever is stored in Redis or carried by clients unreadable (A256GCM). */
    SEALING,
    /** Client ids and refresh tokens (HMAC-SHA256), which live longest. */
    REGISTRATION;

    String prefix() {
        return toString() + '-';
    }

    /** As commands and file names have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
