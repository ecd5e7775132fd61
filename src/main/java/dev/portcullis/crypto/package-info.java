/** Keys and what is done with them: sealing, signing, message authentication, random tokens, digests. Knows only the configuration. */
@NullMarked
package dev.portcullis.crypto;

import org.jspecify.annotations.NullMarked;
