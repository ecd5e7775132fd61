package dev.portcullis.doctor.cognito;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;
import java.util.List;

/** {@code cognito.scopes}: whether the app client has what the gateway asks for; one that is missing fails every login. */
record ScopesAreEnabled(List<String> scopes, Once<Authorization> authorization) implements Check {

    @Override
    public String id() {
        return "cognito.scopes";
    }

    @Override
    public Future<Outcome> run() {
        return authorization.get().map(answer -> {
            if (answer.error().filter("invalid_scope"::equals).isPresent()) {
                return new Outcome.Failed("the app client lacks one of " + String.join(" ", scopes), remedy());
            }
            return answer.error().isEmpty()
                    ? new Outcome.Passed(String.join(" ", scopes))
                    : new Outcome.Skipped("Cognito refuses the request for another reason");
        });
    }

    @Override
    public String remedy() {
        return "Enable these scopes on the app client, or take them out of cognito.scopes.";
    }
}
