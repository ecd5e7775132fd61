/** Checks of the MCP servers behind the gateway, asked as the gateway asks but without a user. */
@NullMarked
package dev.portcullis.doctor.upstream;

import org.jspecify.annotations.NullMarked;
