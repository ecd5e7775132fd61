package dev.portcullis.doctor.cognito;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;

/** {@code cognito.domain}: whether the login pages are where the configuration says. */
record DomainAnswers(String domain, Once<Authorization> authorization) implements Check {

    @Override
    public String id() {
        return "cognito.domain";
    }

    @Override
    public Future<Outcome> run() {
        return authorization
                .get()
                .map(answer -> answer.isAnswer()
                        ? new Outcome.Passed(domain + " answers")
                        : new Outcome.Failed(
                                domain + " answers " + answer.status() + " to an authorization request", remedy()));
    }

    @Override
    public String remedy() {
        return "Check cognito.domain, the pool's prefix or custom domain (new custom domains take up to an hour), a web firewall"
                + " in front of it, and that this network lets https to it out.";
    }
}
