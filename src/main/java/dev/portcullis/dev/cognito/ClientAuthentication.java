package dev.portcullis.dev.cognito;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/**
 * Who calls the token or revocation endpoint: {@code client_secret_basic} over the raw strings (Cognito does not form-encode
 * them first), {@code client_secret_post}, or just a {@code client_id} for a public client.
 */
final class ClientAuthentication {
    private record Credentials(String id, Optional<String> secret) {}

    private final PoolState state;

    ClientAuthentication(PoolState state) {
        this.state = state;
    }

    AppClient authenticate(Optional<String> authorization, Parameters form) {
        Optional<String> bodyId = form.get("client_id");
        Optional<String> bodySecret = form.get("client_secret");
        Credentials presented;
        if (authorization.isPresent()) {
            presented = basic(authorization.get()).orElseThrow(ClientAuthentication::refused);
            boolean bodyDiffers = bodyId.map(id -> !id.equals(presented.id())).orElse(false)
                    || (bodySecret.isPresent() && !bodySecret.equals(presented.secret()));
            if (bodyDiffers) {
                throw refused();
            }
        } else {
            presented = new Credentials(form.require("client_id"), bodySecret);
        }
        AppClient client = state.client(presented.id()).orElseThrow(ClientAuthentication::refused);
        boolean right = client.secrets().isEmpty()
                ? presented.secret().isEmpty()
                : presented
                        .secret()
                        .map(secret -> client.secrets().stream().anyMatch(known -> same(known, secret)))
                        .orElse(false);
        if (!right) {
            throw refused();
        }
        return client;
    }

    /** The client that a request names, rightly or not. */
    static Optional<String> claimedId(Optional<String> authorization, Parameters form) {
        return form.get("client_id")
                .or(() -> authorization.flatMap(ClientAuthentication::basic).map(Credentials::id));
    }

    private static Optional<Credentials> basic(String header) {
        if (!header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return Optional.empty();
        }
        try {
            String pair =
                    new String(Base64.getDecoder().decode(header.substring(6).trim()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon < 0) {
                return Optional.empty();
            }
            return Optional.of(new Credentials(
                    pair.substring(0, colon),
                    Optional.of(pair.substring(colon + 1)).filter(secret -> !secret.isEmpty())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static boolean same(String known, String presented) {
        return MessageDigest.isEqual(
                known.getBytes(StandardCharsets.UTF_8), presented.getBytes(StandardCharsets.UTF_8));
    }

    private static OAuthRefusal refused() {
        return OAuthRefusal.of("invalid_client");
    }
}
