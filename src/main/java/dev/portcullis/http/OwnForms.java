package dev.portcullis.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.Set;

/**
 * Tells forms that a page of ours has posted from those of anybody else's. Browsers say where a form was, in {@code Origin} (Fetch, "Origin
 * header") and in {@code Sec-Fetch-Site} (Fetch Metadata §2.3), and a page cannot lie about either. Those that say neither are left to the
 * seal in the form and the cookie that goes with it.
 */
public final class OwnForms {
    // "none" is the person's own doing, such as loading a page again.
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private final String origin;

    /** @param publicUrl whose pages are ours */
    public OwnForms(String publicUrl) {
        this.origin = publicUrl;
    }

    public boolean sent(HttpServerRequest request) {
        String from = request.getHeader("Origin");
        String site = request.getHeader("Sec-Fetch-Site");
        return (from == null || from.equals(origin)) && (site == null || OWN.contains(site));
    }
}
