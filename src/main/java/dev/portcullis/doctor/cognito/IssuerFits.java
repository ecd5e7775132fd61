package dev.portcullis.doctor.cognito;

import dev.portcullis.config.Cognito;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import io.vertx.core.Future;

/** {@code cognito.issuer}: whether the pool calls itself what the configuration calls it. */
record IssuerFits(Cognito config, Once<Answer> document) implements Check {

    @Override
    public String id() {
        return "cognito.issuer";
    }

    @Override
    public Future<Outcome> run() {
        return document.get().map(answer -> {
            String own = answer.json().map(json -> json.getString("issuer")).orElse("nothing");
            return config.isIssuer(own)
                    ? new Outcome.Passed(own)
                    : new Outcome.Failed(
                            "the pool calls itself " + own + ", and cognito.issuer says " + config.issuer(),
                            "Write into cognito.issuer exactly what the pool says; since multi-Region replication a pool can have an"
                                    + " updated issuer (issuer-cognito-idp…).");
        });
    }

    @Override
    public String remedy() {
        return "Check cognito.issuer.";
    }
}
