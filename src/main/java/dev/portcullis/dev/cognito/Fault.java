package dev.portcullis.dev.cognito;

import java.time.Duration;

/** Something that goes wrong with one request. */
public sealed interface Fault {

    /** This answer instead of the endpoint's own. */
    record Answer(int status, String contentType, String body) implements Fault {}

    /** The endpoint's own answer, that much later. */
    record Slow(Duration delay) implements Fault {}

    /** No work and no answer; the connection stays open until the peer or the server's idle limit (2 minutes) ends it. */
    record Silent() implements Fault {}

    /** The endpoint does its work, for example rotates a refresh token, and then the connection breaks without an answer. */
    record Lost() implements Fault {}

    /** The endpoint does its work; half of the body arrives, then the connection breaks. */
    record Half() implements Fault {}

    /** For {@link Call#AUTHORIZE}: back to the client's redirect URI with this error, for example of a Lambda trigger. */
    record RedirectError(String error, String description) implements Fault {}

    static Fault throttled() {
        return new Answer(
                429, "application/json", "{\"__type\":\"TooManyRequestsException\",\"message\":\"Rate exceeded\"}");
    }

    /** As Cognito's API says it, whose status is 400 for whatever the caller is to blame for. */
    static Fault throttledAsBadRequest() {
        return new Answer(
                400, "application/json", "{\"__type\":\"TooManyRequestsException\",\"message\":\"Rate exceeded\"}");
    }

    static Fault serverError() {
        return new Answer(500, "application/json;charset=UTF-8", "{\"error\":\"server_error\"}");
    }

    static Fault invalidGrant() {
        return new Answer(400, "application/json;charset=UTF-8", "{\"error\":\"invalid_grant\"}");
    }

    /** What a load balancer or a CDN in front of Cognito would say. */
    static Fault html(int status) {
        return new Answer(
                status,
                "text/html",
                "<html><head><title>ERROR</title></head><body><h1>" + status
                        + " ERROR</h1><p>The request could not be satisfied.</p></body></html>");
    }

    /** For {@link Call#JWKS}: a well-formed key set without keys. */
    static Fault noKeys() {
        return new Answer(200, "application/json", "{\"keys\":[]}");
    }
}
