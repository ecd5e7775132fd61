package dev.portcullis.doctor.cognito;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import io.vertx.core.Future;

/** {@code cognito.discovery}: whether the pool has a discovery document where the configuration says. */
record DiscoveryAnswers(String url, Once<Answer> document) implements Check {

    @Override
    public String id() {
        return "cognito.discovery";
    }

    @Override
    public Future<Outcome> run() {
        return document.get()
                .map(answer -> answer.status() == 200 && answer.json().isPresent()
                        ? new Outcome.Passed("answers in " + answer.took().toMillis() + " ms")
                        : new Outcome.Failed(
                                url + " answers " + answer.status() + " and no discovery document", remedy()));
    }

    @Override
    public String remedy() {
        return "Check cognito.issuer, region and pool id in it, and that this network lets https to it out (" + url
                + ").";
    }
}
