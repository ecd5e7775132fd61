package dev.portcullis.testkit;

import java.util.List;

/** What a token looks like, where there must be none. */
public final class Jose {
    /** How the JSON of a token begins, in base64: alg, kid, cty, typ. Shorter ones come up by chance in what is sealed, and in ids. */
    public static final List<String> BEGINNINGS = List.of("eyJhbGciOi", "eyJraWQiOi", "eyJjdHkiOi", "eyJ0eXAiOi");

    private Jose() {}
}
