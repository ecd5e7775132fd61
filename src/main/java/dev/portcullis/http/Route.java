package dev.portcullis.http;

import java.util.Optional;

/**
 * What kind of request it is, in words of which there are only a few: fit for logs and for the labels of metrics.
 *
 * @param template the path with names in place of what varies, such as {@code /{name}/mcp}
 * @param upstream the MCP server it is for, if any
 */
public record Route(String template, Optional<String> upstream) {
    /** Whatever is not in the table of routes. */
    public static final Route UNKNOWN = new Route("other", Optional.empty());

    /** What is no sound HTTP request. */
    public static final Route INVALID = new Route("invalid", Optional.empty());

    /** Whether it is in the table. */
    public boolean isKnown() {
        return this != UNKNOWN && this != INVALID;
    }

    public static Route of(String template) {
        return new Route(template, Optional.empty());
    }
}
