/** Holds the Cognito simulator to Cognito's documented and observed behaviour, over real sockets. */
@NullMarked
package dev.portcullis.dev.cognito;

import org.jspecify.annotations.NullMarked;
