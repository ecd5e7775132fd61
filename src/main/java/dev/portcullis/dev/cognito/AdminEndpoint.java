package dev.portcullis.dev.cognito;

import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code /_admin/…}: the simulator's switches by HTTP, for scripts and people; off unless asked for. It takes JSON only and
 * under its own host name only, so that no web page that happens to be open in a browser on this machine can throw them.
 */
final class AdminEndpoint {
    private final Simulation sim;

    AdminEndpoint(Simulation sim) {
        this.sim = sim;
    }

    void mount(Router router) {
        router.route("/_admin/*").handler(this::guard);
        router.get("/_admin/calls").handler(this::calls);
        router.post("/_admin/faults")
                .handler(ctx -> change(ctx, json -> {
                    FaultsJson.apply(json, sim.faults());
                    return Future.succeededFuture();
                }));
        router.post("/_admin/keys").handler(ctx -> change(ctx, json -> rotate(ctx, json)));
        router.post("/_admin/users")
                .handler(ctx -> change(ctx, json -> {
                    sim.state().changeUser(required(json, "username"), user -> changed(user, json));
                    return Future.succeededFuture();
                }));
    }

    private interface Change {
        Future<Void> apply(JsonObject json);
    }

    private void guard(RoutingContext ctx) {
        String host = ctx.request().getHeader("Host");
        String type = Optional.ofNullable(ctx.request().getHeader("Content-Type"))
                .orElse("")
                .toLowerCase(Locale.ROOT);
        boolean read = ctx.request().method().name().equals("GET");
        if (("http://" + host).equals(sim.addresses().domain()) && (read || type.startsWith("application/json"))) {
            ctx.next();
        } else {
            Reply.json(ctx, 403, new JsonObject().put("message", "JSON only, and from this machine only"));
        }
    }

    private void calls(RoutingContext ctx) {
        JsonObject counts = new JsonObject();
        for (Call call : Call.values()) {
            counts.put(call.name(), sim.counts().of(call));
        }
        Reply.json(ctx, 200, counts);
    }

    private static void change(RoutingContext ctx, Change change) {
        try {
            JsonObject json = ctx.body().asJsonObject(64 * 1024);
            if (json == null || json.getMap().containsValue(null)) {
                throw new IllegalArgumentException("a JSON object whose members have values, please");
            }
            change.apply(json).onSuccess(done -> Reply.empty(ctx, 204)).onFailure(failure -> refuse(ctx, failure));
        } catch (IllegalArgumentException | IllegalStateException | ClassCastException | DecodeException e) {
            refuse(ctx, e);
        }
    }

    /** {@code {"step":"add"}}, then {@code "sign"}, then {@code "remove"}. */
    private Future<Void> rotate(RoutingContext ctx, JsonObject json) {
        String step = required(json, "step");
        switch (step) {
            case "add" -> {
                return sim.keys().add(ctx.vertx());
            }
            case "sign" -> sim.keys().signWithNewest();
            case "remove" -> sim.keys().removeOld();
            default -> throw new IllegalArgumentException("no such step: " + step);
        }
        return Future.succeededFuture();
    }

    private static PoolUser changed(PoolUser user, JsonObject json) {
        PoolUser changed = user.withEnabled(json.getBoolean("enabled", user.enabled()))
                .withPassword(json.getString("password", user.password()));
        if (json.containsKey("groups")) {
            List<String> groups =
                    json.getJsonArray("groups").stream().map(String.class::cast).toList();
            changed = changed.withGroups(groups.toArray(new String[0]));
        }
        return changed;
    }

    private static String required(JsonObject json, String name) {
        return Optional.ofNullable(json.getString(name))
                .orElseThrow(() -> new IllegalArgumentException("missing: " + name));
    }

    private static void refuse(RoutingContext ctx, Throwable cause) {
        Reply.json(ctx, 400, new JsonObject().put("message", String.valueOf(cause.getMessage())));
    }
}
