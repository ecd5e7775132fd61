package dev.portcullis.doctor.check;

import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/** A question that several checks look at the answer of: asked when the first one wants it. Event-loop confined. */
public final class Once<T> {
    private final Supplier<Future<T>> question;
    private Optional<Future<T>> answer = Optional.empty();

    public Once(Supplier<Future<T>> question) {
        this.question = question;
    }

    public Future<T> get() {
        if (answer.isEmpty()) {
            answer = Optional.of(question.get());
        }
        return answer.orElseThrow();
    }
}
