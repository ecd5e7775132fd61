package dev.portcullis.oauth.client;

import com.nimbusds.jose.jwk.JWK;
import dev.portcullis.fetch.DocumentUrl;
import java.util.List;

/** Where the public keys of a client are that authenticates with {@code private_key_jwt} (RFC 7591 §2). */
public sealed interface ClientKeys {
    /** {@code jwks}: usable public keys only. */
    record Listed(List<JWK> keys) implements ClientKeys {}

    /** {@code jwks_uri}. */
    record At(DocumentUrl url) implements ClientKeys {}
}
