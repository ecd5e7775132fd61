/** Who may use which tools: reads MCP messages, decides by an upstream's rules, filters lists of tools. Knows no HTTP connections. */
@NullMarked
package dev.portcullis.mcp.tools;

import org.jspecify.annotations.NullMarked;
