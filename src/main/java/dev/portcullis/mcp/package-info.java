/** The protected resource and the way to the MCP servers behind it: bearer authentication, header policy, relaying. Does not know OAuth's endpoints. */
@NullMarked
package dev.portcullis.mcp;

import org.jspecify.annotations.NullMarked;
