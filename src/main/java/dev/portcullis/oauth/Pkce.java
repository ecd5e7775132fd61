package dev.portcullis.oauth;

import dev.portcullis.crypto.Digests;
import java.util.regex.Pattern;

/** Proof key for code exchange, S256 only (RFC 7636). */
public final class Pkce {
    // §4.1
    private static final Pattern CODE_VERIFIER = Pattern.compile("[A-Za-z0-9._~-]{43,128}");

    private Pkce() {}

    public static boolean isCodeVerifier(String text) {
        return CODE_VERIFIER.matcher(text).matches();
    }

    /** §4.2: {@code BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))}. */
    public static String codeChallenge(String codeVerifier) {
        return Digests.sha256(codeVerifier);
    }
}
