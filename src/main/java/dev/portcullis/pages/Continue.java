package dev.portcullis.pages;

import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * A way out of a page that the person takes by clicking.
 *
 * @param url absolute; schemes that a browser would run or render instead of opening are refused
 */
public record Continue(String label, String url) {
    private static final Set<String> REFUSED = Set.of("javascript", "data", "vbscript", "file", "blob", "about");

    public Continue {
        String scheme = URI.create(url).getScheme();
        if (scheme == null || REFUSED.contains(scheme.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("a page cannot link there");
        }
    }

    /** Shown beside the link, so that nobody is sent anywhere unseen. */
    public String host() {
        URI uri = URI.create(url);
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        // What opens another program has its scheme for a name, and often no host worth the word.
        return uri.getScheme().startsWith("http") ? authority : uri.getScheme() + "://" + authority;
    }
}
