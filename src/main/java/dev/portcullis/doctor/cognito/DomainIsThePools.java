package dev.portcullis.doctor.cognito;

import dev.portcullis.config.Cognito;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import io.vertx.core.Future;

/** {@code cognito.endpoints}: whether the configured domain is the one that the pool names. */
record DomainIsThePools(Cognito config, Once<Answer> document) implements Check {

    @Override
    public String id() {
        return "cognito.endpoints";
    }

    @Override
    public Future<Outcome> run() {
        String configured = config.domain() + config.paths().authorize();
        return document.get().map(answer -> {
            String own = answer.json()
                    .map(json -> json.getString("authorization_endpoint"))
                    .orElse("none");
            return own.equals(configured)
                    ? new Outcome.Passed(configured)
                    : new Outcome.Warned(
                            "the pool names " + own + " as its authorization endpoint, and the configuration "
                                    + configured,
                            "Check cognito.domain; a pool with both a prefix and a custom domain names only one of them.");
        });
    }

    @Override
    public String remedy() {
        return "Check cognito.domain.";
    }
}
