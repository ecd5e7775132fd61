package dev.portcullis.doctor.upstream;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.GatewayConfig.Identity;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import io.vertx.core.Future;
import java.util.Optional;

/** {@code upstream.auth}: whether the server wants an authorization of its own, which clients of the gateway cannot give. */
record UpstreamAdmitsUs(String name, GatewayConfig.Upstream upstream, Once<Answer> modern, Once<Answer> legacy)
        implements Check {

    @Override
    public String id() {
        return "upstream.auth";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(name);
    }

    @Override
    public Future<Outcome> run() {
        return modern.get()
                .compose(first -> isRefusal(first) ? Future.succeededFuture(first) : legacy.get())
                .map(this::judge);
    }

    private Outcome judge(Answer answer) {
        if (!isRefusal(answer)) {
            return new Outcome.Passed("admits the gateway");
        }
        String finding = "answers " + answer.status()
                + answer.header("WWW-Authenticate")
                        .map(challenge ->
                                " with a challenge of its own (" + challenge.split(" ", 2)[0] + ")")
                        .orElse("");
        // It is told who calls by a bearer token, and nobody calls.
        return upstream.identity() == Identity.ASSERTION || upstream.identity() == Identity.COGNITO
                ? new Outcome.Skipped(
                        finding + ", as it should without a user; what it speaks can only be seen signed in")
                : new Outcome.Failed(finding, remedy());
    }

    private static boolean isRefusal(Answer answer) {
        return answer.status() == 401 || answer.status() == 403;
    }

    @Override
    public String remedy() {
        return "Switch the server's own authorization off, or give it what it wants: an API key in upstreams."
                + upstream.name() + ".headers, or identity: assertion or cognito.";
    }
}
