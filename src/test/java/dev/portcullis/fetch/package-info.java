@NullMarked
package dev.portcullis.fetch;

import org.jspecify.annotations.NullMarked;
