package dev.portcullis.dev.cognito;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Optional;

/** A request's parameters. A parameter without a value counts as absent, one that is there twice as an error (RFC 6749 §3.1). */
final class Parameters {
    private final MultiMap values;

    Parameters(MultiMap values) {
        this.values = values;
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    String require(String name) {
        return get(name).orElseThrow(() -> OAuthRefusal.of("invalid_request"));
    }

    boolean repeated(String name) {
        return values.getAll(name).size() > 1;
    }

    boolean anyRepeated() {
        return values.names().stream().anyMatch(this::repeated);
    }

    /** The words of a list that spaces divide. */
    List<String> words(String name) {
        return get(name).map(text -> List.of(text.trim().split(" +"))).orElse(List.of()).stream()
                .filter(word -> !word.isEmpty())
                .distinct()
                .toList();
    }
}
