package dev.portcullis.dev.cognito;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The switches of {@link Faults} as JSON, member by member under the same names, for example
 * {@code {"calls":{"REFRESH_GRANT":{"kind":"throttled","times":2}},"clockSkewSeconds":120}}. Everything is read before
 * anything is switched, so a mistake changes nothing.
 */
final class FaultsJson {
    private final List<Consumer<Faults>> changes = new ArrayList<>();

    private FaultsJson() {}

    /** Throws {@link IllegalArgumentException} or {@link ClassCastException} for what it does not understand. */
    static void apply(JsonObject json, Faults faults) {
        FaultsJson read = new FaultsJson();
        if (Boolean.TRUE.equals(json.getBoolean("clear"))) {
            read.changes.add(Faults::clear);
        }
        json.fieldNames().forEach(name -> read.member(json, name));
        read.changes.forEach(change -> change.accept(faults));
    }

    private void member(JsonObject json, String name) {
        switch (name) {
            case "clear" -> {}
            case "calls" -> calls(json.getJsonObject(name));
            case "accessTokens" -> {
                TokenFlaw flaw = constant(TokenFlaw.class, json.getString(name));
                changes.add(faults -> faults.accessTokens(flaw));
            }
            case "idTokens" -> {
                TokenFlaw flaw = constant(TokenFlaw.class, json.getString(name));
                changes.add(faults -> faults.idTokens(flaw));
            }
            case "issuer" -> {
                Faults.IssuerType type = constant(Faults.IssuerType.class, json.getString(name));
                changes.add(faults -> faults.issuer(type));
            }
            case "errorForm" -> {
                Faults.ErrorForm form = constant(Faults.ErrorForm.class, json.getString(name));
                changes.add(faults -> faults.errorForm(form));
            }
            case "clockSkewSeconds" -> {
                Duration skew = Duration.ofSeconds(json.getLong(name));
                changes.add(faults -> faults.clockSkew(skew));
            }
            case "oversizedGroups" -> {
                int groups = within(json.getInteger(name), Faults.MAX_GROUPS, name);
                changes.add(faults -> faults.oversizedGroups(groups));
            }
            case "requestsPerSecondPerClient" -> {
                int limit = within(json.getInteger(name), Integer.MAX_VALUE, name);
                changes.add(faults -> faults.requestsPerSecondPerClient(limit));
            }
            case "stateMangling" -> {
                boolean on = json.getBoolean(name);
                changes.add(faults -> faults.stateMangling(on));
            }
            case "wafNeedsUserAgent" -> {
                boolean on = json.getBoolean(name);
                changes.add(faults -> faults.wafNeedsUserAgent(on));
            }
            default -> throw new IllegalArgumentException("no such switch: " + name);
        }
    }

    private void calls(JsonObject json) {
        for (Map.Entry<String, Object> entry : json) {
            Call call = constant(Call.class, entry.getKey());
            if (entry.getValue() == null) {
                changes.add(faults -> faults.off(call));
            } else {
                JsonObject spec = (JsonObject) entry.getValue();
                Fault fault = fault(spec);
                int times = spec.getInteger("times", Integer.MAX_VALUE);
                if (times < 1) {
                    throw new IllegalArgumentException("times: at least 1");
                }
                changes.add(faults -> faults.on(call, fault, times));
            }
        }
    }

    private static Fault fault(JsonObject spec) {
        String kind = Optional.ofNullable(spec.getString("kind")).orElse("");
        return switch (kind) {
            case "answer" ->
                new Fault.Answer(
                        spec.getInteger("status", 500),
                        spec.getString("contentType", "application/json"),
                        spec.getString("body", ""));
            case "throttled" -> Fault.throttled();
            case "throttledAsBadRequest" -> Fault.throttledAsBadRequest();
            case "serverError" -> Fault.serverError();
            case "invalidGrant" -> Fault.invalidGrant();
            case "html" -> Fault.html(spec.getInteger("status", 503));
            case "noKeys" -> Fault.noKeys();
            case "slow" -> new Fault.Slow(Duration.ofMillis(spec.getLong("millis", 5000L)));
            case "silent" -> new Fault.Silent();
            case "lost" -> new Fault.Lost();
            case "half" -> new Fault.Half();
            case "redirectError" ->
                new Fault.RedirectError(spec.getString("error", "server_error"), spec.getString("description", ""));
            default -> throw new IllegalArgumentException("no such kind of fault: " + kind);
        };
    }

    private static int within(int value, int max, String name) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(name + ": 0 to " + max);
        }
        return value;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    }
}
