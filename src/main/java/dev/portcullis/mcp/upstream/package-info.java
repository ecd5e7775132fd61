/**
 * The servers behind the gateway: their endpoints, which one a request goes to, and the connections to it. Knows HTTP and the configuration,
 * and nothing of MCP. Everything here but the metrics belongs to one event loop.
 */
@NullMarked
package dev.portcullis.mcp.upstream;

import org.jspecify.annotations.NullMarked;
