package dev.portcullis.doctor.cognito;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpRefused;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code cognito.secret}: whether the token endpoint takes the client's credentials. It is asked to redeem a code that nobody ever got:
 * {@code invalid_grant} means that it knows who asks.
 *
 * @param name of the setting
 * @param timeout that the gateway gives such a call
 * @param idp with this secret and no other
 */
record SecretIsAccepted(String name, Duration timeout, IdentityProvider idp) implements Check {
    private static final String NO_CODE = "00000000-0000-0000-0000-000000000000";
    private static final String VERIFIER = "doctor-doctor-doctor-doctor-doctor-doctor-doctor";

    @Override
    public String id() {
        return "cognito.secret";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(name);
    }

    @Override
    public Future<Outcome> run() {
        // The first call makes the connection, and in a program that has just begun takes longer than any other.
        return ask().compose(first -> first.took().compareTo(timeout) > 0 ? ask() : Future.succeededFuture(first))
                .map(call ->
                        call.outcome() instanceof Outcome.Passed && call.took().compareTo(timeout) > 0
                                ? new Outcome.Warned(
                                        "the token endpoint accepts it, after "
                                                + call.took().toMillis() + " ms",
                                        "Logins and refreshes fail after cognito.timeout (" + timeout.toMillis()
                                                + " ms): raise it, or find out what is slow between here and Cognito.")
                                : call.outcome());
    }

    private record Call(Outcome outcome, Duration took) {}

    private Future<Call> ask() {
        long from = System.nanoTime();
        return idp.exchange(NO_CODE, VERIFIER, "doctor")
                .<Outcome>map(
                        issued -> new Outcome.Failed("Cognito issued tokens for a code that nobody got", remedy()))
                .recover(this::judge)
                .map(outcome -> new Call(outcome, Duration.ofNanos(System.nanoTime() - from)));
    }

    private Future<Outcome> judge(Throwable error) {
        if (error instanceof IdpRefused) {
            return Future.succeededFuture(new Outcome.Passed("the token endpoint accepts it"));
        }
        String message = String.valueOf(error.getMessage());
        if (message.endsWith("answered invalid_client")) {
            String finding = "the token endpoint refuses it: invalid_client";
            return Future.succeededFuture(
                    name.equals("nextClientSecret")
                            ? new Outcome.Warned(
                                    finding,
                                    "Before the old one goes, add this secret to the app client, or correct it.")
                            : new Outcome.Failed(finding, remedy()));
        }
        if (message.endsWith("answered unauthorized_client")) {
            return Future.succeededFuture(new Outcome.Failed(
                    "the token endpoint refuses the grant: unauthorized_client",
                    "Enable the authorization code grant on the app client."));
        }
        return Future.failedFuture(error);
    }

    @Override
    public String remedy() {
        return name.equals("no secret")
                ? "If the app client has a secret, set cognito.clientSecret."
                : "Check the value of cognito." + name
                        + " against the app client, line breaks and environment included; leave it out for a client without one.";
    }
}
