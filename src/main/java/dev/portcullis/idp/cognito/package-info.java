/** Amazon Cognito: the one place that knows its endpoints, its tokens and its peculiarities. */
@NullMarked
package dev.portcullis.idp.cognito;

import org.jspecify.annotations.NullMarked;
