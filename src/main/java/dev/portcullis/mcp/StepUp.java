package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.token.VerifiedToken;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client learns of an upstream that wants more scope (RFC 6750 §3.1, {@code insufficient_scope}). The upstream's own challenge would
 * lead it to an authorization server that is not ours; but scopes that the gateway offers for this upstream the client can ask for here.
 * Others it cannot get, and a challenge would send it in circles.
 */
final class StepUp {
    private static final Pattern INSUFFICIENT =
            Pattern.compile("(?i)\\bbearer\\b.*\\berror\\s*=\\s*\"?insufficient_scope\\b");
    private static final Pattern SCOPE = Pattern.compile("(?i)\\bscope\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,\"]+))");

    private final List<String> offered;
    private final Challenge challenge;

    StepUp(GatewayConfig.Upstream upstream, Challenge challenge) {
        this.offered = upstream.offeredScopes();
        this.challenge = challenge;
    }

    /** The challenge of ours that stands for the upstream's, if one can help. */
    Optional<String> challenge(MultiMap answered, VerifiedToken token) {
        List<String> missing = new ArrayList<>();
        for (String theirs : answered.getAll("WWW-Authenticate")) {
            if (INSUFFICIENT.matcher(theirs).find()) {
                Matcher scope = SCOPE.matcher(theirs);
                while (scope.find()) {
                    String value = scope.group(1) != null ? scope.group(1) : scope.group(2);
                    List.of(value.trim().split(" +")).stream()
                            .filter(offered::contains)
                            .filter(wanted -> !token.scopes().contains(wanted))
                            .forEach(missing::add);
                }
            }
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        challenge.insufficientScope(missing.stream().distinct().toList()));
    }
}
