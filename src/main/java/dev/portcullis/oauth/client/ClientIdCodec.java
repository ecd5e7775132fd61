package dev.portcullis.oauth.client;

import dev.portcullis.crypto.Authenticator;
import dev.portcullis.oauth.RedirectUri;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Dynamic registration keeps no state: the {@code client_id} is the registration, {@code pcc_ key id . metadata . MAC}. A flood of
 * registrations costs no memory, and no loss of a store strands a client. The secret of a confidential client is derived from its id.
 */
public final class ClientIdCodec {
    private static final Pattern FORM =
            Pattern.compile("pcc_([A-Za-z0-9-]{1,32})\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]{43})");
    private static final String ID = "client_id";
    private static final String SECRET = "client_secret";

    private final Authenticator authenticator;

    public ClientIdCodec(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /**
     * @param issuedAt seconds since the epoch
     * @param salt makes two registrations of the same metadata two clients: nobody gets the id, or the secret, of another one
     */
    Client issue(JsonObject metadata, long issuedAt, String salt) {
        JsonObject compact = metadata.copy().put("iat", issuedAt).put("salt", salt);
        String payload = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(compact.encode().getBytes(StandardCharsets.UTF_8));
        String keyId = authenticator.currentKeyId();
        String mac = authenticator.mac(keyId, ID, payload).orElseThrow();
        return client("pcc_" + keyId + '.' + payload + '.' + mac, compact);
    }

    /** Empty for any string that is not a client id made with a key of this ring. */
    public Optional<Client> decode(String clientId) {
        Matcher matcher = FORM.matcher(clientId);
        if (!matcher.matches() || !authenticator.verify(matcher.group(1), ID, matcher.group(2), matcher.group(3))) {
            return Optional.empty();
        }
        byte[] metadata = Base64.getUrlDecoder().decode(matcher.group(2));
        return Optional.of(client(clientId, new JsonObject(new String(metadata, StandardCharsets.UTF_8))));
    }

    /** The secret of a client id that {@link #decode} accepts; 43 characters. */
    public String secretOf(Client client) {
        String keyId = client.id().substring("pcc_".length(), client.id().indexOf('.'));
        return authenticator.mac(keyId, SECRET, client.id()).orElseThrow();
    }

    private static Client client(String id, JsonObject metadata) {
        return new Client(
                id,
                Client.Registration.DYNAMIC,
                Optional.ofNullable(metadata.getString("client_name")),
                strings(metadata.getJsonArray("redirect_uris")).stream()
                        .map(RedirectUri::new)
                        .toList(),
                strings(metadata.getJsonArray("grant_types")),
                Client.AuthMethod.of(metadata.getString("token_endpoint_auth_method"))
                        .orElseThrow(),
                Optional.ofNullable(metadata.getString("application_type")),
                Optional.ofNullable(metadata.getString("client_uri")),
                Optional.ofNullable(metadata.getString("scope")),
                Optional.empty());
    }

    private static List<String> strings(JsonArray array) {
        return array.stream().map(String.class::cast).toList();
    }
}
