package dev.portcullis.dev.mcp;

import java.util.List;
import java.util.stream.Stream;

/** The revisions this server speaks. <em>Legacy</em> and <em>modern</em> are the words of MCP 2026-07-28 versioning. */
final class ProtocolVersions {
    static final String MODERN = "2026-07-28";
    static final String LATEST_LEGACY = "2025-11-25";

    /** The only revision whose bodies may be JSON-RPC batches. */
    static final String BATCHES = "2025-03-26";

    static final List<String> LEGACY = List.of(LATEST_LEGACY, "2025-06-18", BATCHES);
    static final List<String> ALL =
            Stream.concat(Stream.of(MODERN), LEGACY.stream()).toList();

    private ProtocolVersions() {}

    /** MCP 2025-11-25 lifecycle, version negotiation: the one asked for if we speak it, else our latest of that kind. */
    static String negotiate(String requested) {
        return LEGACY.contains(requested) ? requested : LATEST_LEGACY;
    }
}
