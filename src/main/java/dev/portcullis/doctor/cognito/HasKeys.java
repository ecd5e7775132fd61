package dev.portcullis.doctor.cognito;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.idp.cognito.CognitoIdentityProvider;
import io.vertx.core.Future;

/** {@code cognito.keys}: whether the pool's keys can be fetched, and are RSA keys for signatures. */
record HasKeys(String url, CognitoIdentityProvider idp) implements Check {

    @Override
    public String id() {
        return "cognito.keys";
    }

    @Override
    public Future<Outcome> run() {
        return idp.start().map(fetched -> new Outcome.Passed("usable RSA keys"));
    }

    @Override
    public String remedy() {
        return "Tokens cannot be checked without them: check cognito.jwksUri (" + url
                + ") and that this network lets https to it out.";
    }
}
