package dev.portcullis.testkit;

import java.util.List;

/** What begins like a token, where there must be none. */
public final class Jose {
    /**
     * How the JSON of a header begins, in base64: alg, kid, cty, typ, enc; and that of a registration, which is a client id. Shorter ones come up
     * by chance in what is sealed, and in ids.
     */
    public static final List<String> BEGINNINGS =
            List.of("eyJhbGciOi", "eyJraWQiOi", "eyJjdHkiOi", "eyJ0eXAiOi", "eyJlbmMiOi", "eyJjbGllbnRf");

    private Jose() {}
}
