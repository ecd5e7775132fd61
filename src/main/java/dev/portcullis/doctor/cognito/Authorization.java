package dev.portcullis.doctor.cognito;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.Wire;
import dev.portcullis.idp.IdentityProvider;
import io.vertx.core.Future;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Cognito makes of an authorization request of the gateway's own, asked as a browser would ask: 302 to the login page, to its error page,
 * or back to us with an error (Cognito developer guide, authorize endpoint).
 *
 * @param status of the answer
 * @param error what was wrong; empty where people would see the login page
 * @param ours whether Cognito sent the browser back to the callback, which it does only if that is registered
 */
record Authorization(int status, Optional<String> error, boolean ours) {
    private static final Pattern ERROR = Pattern.compile("[?&]error=([^&]*)");
    private static final Pattern DESCRIPTION = Pattern.compile("[?&]error_description=([^&]*)");
    // S256 of no secret: nobody redeems what comes of it.
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    static Future<Authorization> ask(Wire wire, IdentityProvider idp, GatewayConfig config) {
        String url = idp.authorizationUrl(
                new IdentityProvider.AuthorizationQuery("doctor", "doctor", CHALLENGE, Optional.empty()));
        return wire.get(url).map(answer -> read(answer, config.publicUrl() + "/callback"));
    }

    private static Authorization read(Answer answer, String callback) {
        String location = answer.header("Location").orElse("");
        Optional<String> error = value(ERROR, location).map(code -> {
            // Live pools say invalid_request and name the error in the description.
            String description = value(DESCRIPTION, location).orElse("");
            return code.equals("invalid_request") && description.matches("invalid_scope|unauthorized_client")
                    ? description
                    : code;
        });
        boolean known = answer.status() / 100 == 3 && !location.isEmpty();
        return new Authorization(
                answer.status(),
                error.or(() -> known ? Optional.empty() : Optional.of("status " + answer.status())),
                location.startsWith(callback));
    }

    private static Optional<String> value(Pattern pattern, String location) {
        Matcher found = pattern.matcher(location);
        return found.find() ? Optional.of(URLDecoder.decode(found.group(1), StandardCharsets.UTF_8)) : Optional.empty();
    }

    /** Whether this is an answer of an authorization endpoint at all. */
    boolean isAnswer() {
        return status / 100 == 3;
    }

    boolean isCallbackUnknown() {
        return error.filter("redirect_mismatch"::equals).isPresent();
    }

    boolean isClientUnknown() {
        return !ours
                && error.filter(code -> code.toLowerCase(Locale.ROOT).contains("client"))
                        .filter(code -> !code.equals("unauthorized_client"))
                        .isPresent();
    }
}
