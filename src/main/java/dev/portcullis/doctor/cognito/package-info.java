/** Checks of Cognito, by what the gateway itself asks of it and with the gateway's own client. */
@NullMarked
package dev.portcullis.doctor.cognito;

import org.jspecify.annotations.NullMarked;
