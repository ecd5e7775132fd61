/** The one word that stores, identity provider and endpoints share when something the gateway needs cannot answer. Knows nothing else. */
@NullMarked
package dev.portcullis.outage;

import org.jspecify.annotations.NullMarked;
