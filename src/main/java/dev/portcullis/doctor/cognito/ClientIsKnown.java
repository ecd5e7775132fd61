package dev.portcullis.doctor.cognito;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;

/** {@code cognito.client}: whether the app client exists and may use the authorization code grant. */
record ClientIsKnown(String clientId, Once<Authorization> authorization) implements Check {

    @Override
    public String id() {
        return "cognito.client";
    }

    @Override
    public Future<Outcome> run() {
        return authorization.get().map(answer -> {
            if (answer.isClientUnknown()) {
                return new Outcome.Failed(
                        "Cognito does not know the app client " + clientId,
                        "Check cognito.clientId, and that it is of this pool.");
            }
            if (answer.error().filter("unauthorized_client"::equals).isPresent()) {
                return new Outcome.Failed(
                        "the app client " + clientId + " may not use the authorization code grant",
                        "Enable it on the app client: allowed OAuth flows, code.");
            }
            return new Outcome.Passed(clientId);
        });
    }

    @Override
    public String remedy() {
        return "Check cognito.clientId.";
    }
}
