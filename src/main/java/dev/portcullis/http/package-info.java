/** HTTP without knowledge of OAuth or MCP: parameters, bounded bodies, cookies, security headers, request ids. */
@NullMarked
package dev.portcullis.http;

import org.jspecify.annotations.NullMarked;
