package dev.portcullis.redis;

import dev.portcullis.crypto.Sealer;
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

    /** Empty for what was not sealed by this key ring for this Redis key. */
    public Optional<JsonObject> open(String key, String sealed) {
        return sealer.open(sealed, key).map(JsonObject::new);
    }
}
