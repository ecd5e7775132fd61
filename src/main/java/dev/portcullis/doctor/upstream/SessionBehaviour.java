package dev.portcullis.doctor.upstream;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import io.vertx.core.Future;
import java.util.Optional;

/** {@code upstream.session}: whether a legacy session begins and can be ended; the one that was begun for it is. */
record SessionBehaviour(String name, GatewayConfig.Upstream upstream, McpServer server, Once<Answer> legacy)
        implements Check {

    @Override
    public String id() {
        return "upstream.session";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(name);
    }

    @Override
    public Future<Outcome> run() {
        return legacy.get()
                .compose(answer -> answer.header(McpServer.SESSION)
                        .map(session -> server.delete(session).map(this::judge))
                        .orElseGet(() -> Future.succeededFuture(
                                new Outcome.Passed("no sessions: every request stands for itself"))));
    }

    private Outcome judge(Answer ended) {
        if (ended.status() / 100 == 2) {
            return new Outcome.Passed("sessions, ended by DELETE");
        }
        return ended.status() == 405
                ? new Outcome.Passed("sessions, which clients cannot end (DELETE is 405)")
                : new Outcome.Warned("begins sessions and answers " + ended.status() + " to DELETE", remedy());
    }

    @Override
    public String remedy() {
        return "The server should end the session or answer 405; where replicas share an address, each needs an entry in endpoints"
                + " of upstreams." + upstream.name() + ", or a name that resolves to all of them.";
    }
}
