/** Who a client is and how it proves it: registration, the registered metadata, client authentication. */
@NullMarked
package dev.portcullis.oauth.client;

import org.jspecify.annotations.NullMarked;
