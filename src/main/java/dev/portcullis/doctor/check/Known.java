package dev.portcullis.doctor.check;

import io.vertx.core.Future;
import java.util.Optional;

/** The check of something that was found out already. */
public record Known(String id, Optional<String> about, Outcome outcome) implements Check {
    public Known(String id, Outcome outcome) {
        this(id, Optional.empty(), outcome);
    }

    @Override
    public Future<Outcome> run() {
        return Future.succeededFuture(outcome);
    }

    @Override
    public String remedy() {
        return "";
    }
}
