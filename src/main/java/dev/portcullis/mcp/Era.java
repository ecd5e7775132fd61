package dev.portcullis.mcp;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.regex.Pattern;

/** Which of the two kinds of MCP a request speaks, by what its headers say; whether they say the truth is for the upstream to check. */
enum Era {
    /** Revisions up to 2025-11-25: sessions, GET streams, DELETE. */
    LEGACY,
    /** From 2026-07-28 on, and whatever we do not know yet: every request stands for itself, and is a POST. */
    MODERN;

    private static final String FIRST_MODERN = "2026-07-28";
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final String LISTEN = "subscriptions/listen";

    static Era of(MultiMap headers) {
        List<String> versions = headers.getAll("MCP-Protocol-Version");
        return versions.stream().map(String::trim).anyMatch(Era::isModern) ? MODERN : LEGACY;
    }

    /**
     * Whether the exchange is meant to last: a GET stream (MCP 2025-11-25 transports, "Listening for Messages from the Server") or a
     * subscription (MCP 2026-07-28 subscriptions).
     */
    static boolean isStream(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET)
                || (LISTEN.equals(request.getHeader("Mcp-Method")) && of(request.headers()) == MODERN);
    }

    private static boolean isModern(String version) {
        return version.compareTo(FIRST_MODERN) >= 0 || !DATE.matcher(version).matches();
    }
}
