package dev.portcullis.dev.cognito;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Writes every answer, so that a fault which strikes after the work is done has one place to strike. */
final class Reply {
    static final String JSON = "application/json;charset=UTF-8";
    private static final String FAULT = "portcullis.cognito.fault";

    private Reply() {}

    /** Lets {@code fault} spoil the answer that the endpoint is going to give. */
    static void spoil(RoutingContext ctx, Fault fault) {
        ctx.put(FAULT, fault);
    }

    static Optional<Fault.RedirectError> redirectError(RoutingContext ctx) {
        Fault fault = ctx.get(FAULT);
        return fault instanceof Fault.RedirectError error ? Optional.of(error) : Optional.empty();
    }

    static void json(RoutingContext ctx, int status, JsonObject body) {
        send(ctx, status, JSON, body.toBuffer());
    }

    static void refusal(RoutingContext ctx, OAuthRefusal refusal) {
        JsonObject body = new JsonObject().put("error", refusal.error());
        refusal.description().ifPresent(text -> body.put("error_description", text));
        json(ctx, refusal.status(), body);
    }

    static void redirect(RoutingContext ctx, String location) {
        ctx.response().putHeader("Location", location);
        send(ctx, 302, "", Buffer.buffer());
    }

    static void empty(RoutingContext ctx, int status) {
        send(ctx, status, "", Buffer.buffer());
    }

    static void send(RoutingContext ctx, int status, String contentType, Buffer body) {
        HttpServerResponse response = ctx.response();
        Fault fault = ctx.get(FAULT);
        if (response.ended() || response.closed()) {
            return;
        }
        if (fault instanceof Fault.Lost) {
            ctx.request().connection().close();
            return;
        }
        response.setStatusCode(status);
        if (!contentType.isEmpty()) {
            response.putHeader("Content-Type", contentType);
        }
        if (fault instanceof Fault.Half) {
            response.putHeader("Content-Length", String.valueOf(body.length()));
            response.write(body.slice(0, body.length() / 2))
                    .onComplete(written -> ctx.request().connection().close());
            return;
        }
        response.end(body);
    }

    /** What the token and userInfo endpoints put on every answer. */
    static void neverCache(RoutingContext ctx) {
        ctx.response()
                .putHeader("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
                .putHeader("Pragma", "no-cache")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY");
    }
}
