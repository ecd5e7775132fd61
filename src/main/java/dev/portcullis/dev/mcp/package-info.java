/** A small MCP server of both eras, so that everything the gateway does can be seen. */
@NullMarked
package dev.portcullis.dev.mcp;

import org.jspecify.annotations.NullMarked;
