/** The world that tests run in: a real Redis, the Cognito simulator, upstreams, gateways, and a person with a browser. */
@NullMarked
package dev.portcullis.testkit;

import org.jspecify.annotations.NullMarked;
