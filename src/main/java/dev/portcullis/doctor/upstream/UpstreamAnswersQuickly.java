package dev.portcullis.doctor.upstream;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code upstream.latency}: how long the server takes to answer a question that needs no work; the best of several, because what else this
 * program does at the same time must not count.
 */
record UpstreamAnswersQuickly(String name, McpServer server) implements Check {
    private static final int QUESTIONS = 3;
    private static final Duration SLOW = Duration.ofSeconds(1);

    @Override
    public String id() {
        return "upstream.latency";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(name);
    }

    @Override
    public Future<Outcome> run() {
        return best(1).map(best -> {
            String finding = "answers in " + best.toMillis() + " ms";
            return best.compareTo(SLOW) > 0 ? new Outcome.Warned(finding, remedy()) : new Outcome.Passed(finding);
        });
    }

    private Future<Duration> best(int question) {
        return server.discover()
                .compose(answer -> question == QUESTIONS
                        ? Future.succeededFuture(answer.took())
                        : best(question + 1).map(next -> next.compareTo(answer.took()) < 0 ? next : answer.took()));
    }

    @Override
    public String remedy() {
        return "Find out what the server waits for, or give it more replicas (endpoints).";
    }
}
