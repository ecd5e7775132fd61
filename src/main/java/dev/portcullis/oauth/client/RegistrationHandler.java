package dev.portcullis.oauth.client;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.http.Answers;
import dev.portcullis.http.Cors;
import dev.portcullis.http.RequestBody;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthErrors;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;

/** {@code POST /register}: dynamic client registration (RFC 7591 §3). */
public final class RegistrationHandler {
    private final RequestBody body;
    private final ClientMetadata metadata;
    private final ClientIdCodec codec;
    private final RandomTokens random;
    private final AuditLog audit;
    private final InstantSource clock;

    public RegistrationHandler(
            GatewayConfig config, ClientIdCodec codec, RandomTokens random, AuditLog audit, InstantSource clock) {
        this.body = new RequestBody(config.http().maxFormBytes());
        this.metadata = new ClientMetadata(config.registration());
        this.codec = codec;
        this.random = random;
        this.audit = audit;
        this.clock = clock;
    }

    public void handle(HttpServerRequest request) {
        Cors.open(request);
        body.text(request, "application/json")
                .map(RegistrationHandler::parse)
                .map(metadata::read)
                .map(this::register)
                .onSuccess(response -> {
                    audit.of(request)
                            .record(new AuditEvent.Registered(
                                    response.getString("client_id"), response.getString("client_name", "-")));
                    Answers.json(request, 201, response);
                })
                .onFailure(failure -> OAuthErrors.write(request, failure));
    }

    private JsonObject register(JsonObject registered) {
        long issuedAt = clock.instant().getEpochSecond();
        Client client = codec.issue(registered, issuedAt, random.next(12));
        JsonObject response = registered
                .copy()
                .put("client_id", client.id())
                .put("client_id_issued_at", issuedAt)
                .put("response_types", new JsonArray().add("code"));
        if (client.isConfidential()) {
            // 0: it does not expire (RFC 7591 §3.2.1).
            response.put("client_secret", codec.secretOf(client)).put("client_secret_expires_at", 0);
        }
        return response;
    }

    private static JsonObject parse(String text) {
        try {
            if (Json.decodeValue(text) instanceof JsonObject object) {
                return object;
            }
        } catch (DecodeException e) {
            // Answered below, like any other body that is no JSON object; the parser's words could quote it.
        }
        throw new OAuthError(OAuthError.Code.INVALID_CLIENT_METADATA, "the body is not a JSON object");
    }
}
