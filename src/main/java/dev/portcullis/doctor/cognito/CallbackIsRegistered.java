package dev.portcullis.doctor.cognito;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;

/** {@code cognito.callback}: whether the app client has our callback URL, byte for byte. */
record CallbackIsRegistered(String callback, Once<Authorization> authorization) implements Check {

    @Override
    public String id() {
        return "cognito.callback";
    }

    @Override
    public Future<Outcome> run() {
        return authorization.get().map(answer -> {
            if (answer.isCallbackUnknown()) {
                return new Outcome.Failed("Cognito does not know the callback URL " + callback, remedy());
            }
            return answer.error().isEmpty() || answer.ours()
                    ? new Outcome.Passed(callback)
                    : new Outcome.Failed(
                            "Cognito shows its error page instead of the login: " + shown(answer), remedy());
        });
    }

    /** It may say anything; only what looks like an error code is repeated. */
    private static String shown(Authorization answer) {
        return answer.error()
                .filter(code -> code.matches("[A-Za-z0-9_ ]{1,60}"))
                .orElse("an error");
    }

    @Override
    public String remedy() {
        return "Add exactly " + callback + " to the allowed callback URLs of the app client.";
    }
}
