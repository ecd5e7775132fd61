/**
 * The demo MCP server that the development world puts behind the gateway: a small, strict Streamable HTTP server that
 * speaks the session-based revisions and the stateless one, so that whatever the gateway does to a request can be seen
 * from the other side. It knows Vert.x and the Model Context Protocol, and nothing of the gateway.
 */
@NullMarked
package dev.portcullis.dev.mcp;

import org.jspecify.annotations.NullMarked;
