@NullMarked
package dev.portcullis.dev.mcp;

import org.jspecify.annotations.NullMarked;
