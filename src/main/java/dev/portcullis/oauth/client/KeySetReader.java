package dev.portcullis.oauth.client;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.text.ParseException;
import java.util.List;
import java.util.Optional;

/** Reads the key set of a client (RFC 7517 §5). Strangers write it, so keys that are too weak, or dear to verify with, are left out. */
final class KeySetReader {
    private static final int MAX_KEYS = 16;
    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 4096;
    private static final int MAX_EXPONENT_BITS = 33;

    private KeySetReader() {}

    /** Throws {@link ClientDocumentProblem}; a set without any usable key is one too. */
    static List<JWK> read(String address, String json) {
        List<JWK> keys = elements(address, json).stream()
                .flatMap(element -> key(element).stream())
                .toList();
        if (keys.stream().anyMatch(JWK::isPrivate)) {
            // A symmetric key counts as private too. Whoever publishes one has given it away.
            throw ClientDocumentProblem.invalid(address, "publishes a secret key");
        }
        List<JWK> usable =
                keys.stream().filter(KeySetReader::isUsable).limit(MAX_KEYS).toList();
        if (usable.isEmpty()) {
            throw ClientDocumentProblem.invalid(
                    address, "holds no key that can verify RS256, PS256 or ES256 (RSA of 2048 to 4096 bits, or P-256)");
        }
        return usable;
    }

    private static JsonArray elements(String address, String json) {
        try {
            if (new JsonObject(json).getValue("keys") instanceof JsonArray keys) {
                return keys;
            }
        } catch (DecodeException | ClassCastException e) {
            // Said below, as for any other text that is no key set.
        }
        throw ClientDocumentProblem.invalid(address, "holds no well-formed key set");
    }

    /** RFC 7517 §5: keys of a kind that is not known, or not well-formed, are passed over. */
    private static Optional<JWK> key(Object element) {
        try {
            return element instanceof JsonObject key ? Optional.of(JWK.parse(key.encode())) : Optional.empty();
        } catch (ParseException | RuntimeException e) {
            // The library has more ways to stumble over nonsense than it declares.
            return Optional.empty();
        }
    }

    private static boolean isUsable(JWK key) {
        if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
            return false;
        }
        if (key instanceof RSAKey rsa) {
            return rsa.size() >= MIN_RSA_BITS
                    && rsa.size() <= MAX_RSA_BITS
                    && rsa.getPublicExponent().decodeToBigInteger().bitLength() <= MAX_EXPONENT_BITS;
        }
        return key instanceof ECKey ec && ec.getCurve().equals(Curve.P_256);
    }
}
