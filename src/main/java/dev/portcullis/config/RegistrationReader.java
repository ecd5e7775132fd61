package dev.portcullis.config;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code registration}: what may register itself. */
final class RegistrationReader {
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");
    private static final Set<String> FORBIDDEN_SCHEMES =
            Set.of("http", "https", "javascript", "data", "vbscript", "file", "blob", "about");

    private RegistrationReader() {}

    static GatewayConfig.Registration read(Section section) {
        List<String> schemes = section.texts("privateUseSchemes", List.of());
        for (String scheme : schemes) {
            if (!isPrivateUse(scheme)) {
                section.problem(
                        "privateUseSchemes",
                        "holds " + scheme
                                + ", which is not a scheme of a native app; write it in lower case without ://");
            }
        }
        var registration = new GatewayConfig.Registration(
                section.flag("enabled", true),
                section.bytes("maxMetadata", 2048, 256, 8192),
                section.integer("maxRedirectUris", 10, 1, 100),
                schemes);
        section.refuseUnknownKeys();
        return registration;
    }

    /** A scheme of a native app, in lower case: none that a browser serves or runs itself. */
    static boolean isPrivateUse(String scheme) {
        return SCHEME.matcher(scheme).matches() && !FORBIDDEN_SCHEMES.contains(scheme);
    }
}
