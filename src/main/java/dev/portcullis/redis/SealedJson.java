package dev.portcullis.redis;

import dev.portcullis.crypto.Sealer;
import dev.portcullis.outage.Outage;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** What Redis holds: JSON objects sealed for the key they are stored under, so that a dump shows nothing and no value fits another key. */
public final class SealedJson {
    private final Sealer sealer;

    public SealedJson(Sealer sealer) {
        this.sealer = sealer;
    }

    public String seal(String key, JsonObject value) {
        return sealer.seal(value.encode(), key);
    }

    /**
     * Empty where the key that sealed it is distrusted: the value is as good as gone. Throws {@link Outage} where it is no key of this ring,
     * which is nobody's fault who sent a request, and mended by putting the key back.
     */
    public Optional<JsonObject> open(String key, String sealed) {
        Optional<String> opened = sealer.open(sealed, key);
        if (opened.isEmpty() && !sealer.isDistrusted(sealed)) {
            throw new Outage("keys", "the key that sealed a stored value is not in the key directory");
        }
        return opened.map(JsonObject::new);
    }
}
