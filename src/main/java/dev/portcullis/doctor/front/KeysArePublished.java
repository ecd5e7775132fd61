package dev.portcullis.doctor.front;

import dev.portcullis.crypto.KeyRing;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.Wire;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code public.keys}: whether the gateway there has the keys of the directory here. */
record KeysArePublished(String issuer, Wire wire, KeyRing keys) implements Check {

    @Override
    public String id() {
        return "public.keys";
    }

    @Override
    public Future<Outcome> run() {
        return wire.get(issuer + "/.well-known/jwks.json").map(answer -> {
            Set<String> published = published(answer);
            return keys.publicKeys().getKeys().stream().allMatch(key -> published.contains(key.getKeyID()))
                    ? new Outcome.Passed("the gateway has the keys of this directory")
                    : new Outcome.Failed("the gateway there has other signing keys than this directory", remedy());
        });
    }

    private static Set<String> published(Answer answer) {
        return answer.json().map(json -> json.getJsonArray("keys")).stream()
                .flatMap(set -> set.stream())
                .filter(JsonObject.class::isInstance)
                .map(key -> String.valueOf(((JsonObject) key).getValue("kid")))
                .collect(Collectors.toSet());
    }

    @Override
    public String remedy() {
        return "Give every replica the same key directory; a rotated Secret takes a minute or two to reach them.";
    }
}
