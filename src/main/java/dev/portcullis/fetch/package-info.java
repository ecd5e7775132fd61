/**
 * Fetching small documents from addresses that strangers name, without lending them our place in the network: what may be asked for, which
 * addresses may be connected to, how much may come back and how long it may take. Knows nothing about what the documents mean.
 */
@NullMarked
package dev.portcullis.fetch;

import org.jspecify.annotations.NullMarked;
