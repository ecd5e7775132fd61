package dev.portcullis.mcp.tools;

import java.util.List;

/** What became of a request that was looked into. */
public sealed interface Screening {

    /** @param listsTools whether answers to it are lists of tools, which have to be filtered */
    record Passed(boolean listsTools) implements Screening {}

    /**
     * It goes no further.
     *
     * @param status 400 for what is malformed, 403 for what this caller may not do
     * @param tools that this caller may not use, as the request names them
     * @param missingScopes that would change that; empty where none would
     * @param body JSON-RPC errors
     */
    record Stopped(int status, List<String> tools, List<String> missingScopes, byte[] body) implements Screening {}
}
