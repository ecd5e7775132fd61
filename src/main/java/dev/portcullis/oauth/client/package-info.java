/** Who a client is and how it proves it: registration, metadata documents, client authentication. */
@NullMarked
package dev.portcullis.oauth.client;

import org.jspecify.annotations.NullMarked;
