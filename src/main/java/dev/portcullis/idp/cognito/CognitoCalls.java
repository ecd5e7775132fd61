package dev.portcullis.idp.cognito;

import dev.portcullis.config.Cognito;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.Secret;
import dev.portcullis.idp.IdpRefused;
import dev.portcullis.outage.Outage;
import dev.portcullis.trace.Span;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2AuthorizationURL;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of the app client to Cognito's OAuth endpoints, with whichever of its secrets is good, and what their failures mean. Event-loop
 * confined.
 */
final class CognitoCalls {
    private static final Logger LOG = LoggerFactory.getLogger(CognitoCalls.class);
    // AWS's managed firewall rules refuse requests without one.
    static final String USER_AGENT = "portcullis";
    private static final Duration SLACK = Duration.ofMillis(100);

    private final Cognito config;
    private final CognitoConnections connections;
    // Asks Cognito nothing.
    private final OAuth2Auth urls;
    // During a rotation two are good for a while, and which one is known only by trying.
    private final int secrets;
    // The one that Cognito took last.
    private int current;

    CognitoCalls(Vertx vertx, GatewayConfig gateway) {
        this.config = gateway.cognito();
        Stream<Optional<Secret>> shown = config.clientSecrets().isEmpty()
                ? Stream.of(Optional.empty())
                : config.clientSecrets().stream().map(Optional::of);
        Duration longest = longestCall(gateway);
        List<OAuth2Options> clients =
                shown.map(secret -> options(secret, longest)).toList();
        this.secrets = clients.size();
        this.urls = OAuth2Auth.create(vertx, clients.get(0));
        this.connections = new CognitoConnections(
                vertx,
                config.connectionPool().max(),
                config.connectionPool().maxWaiting(),
                () -> clients.stream()
                        .map(options -> OAuth2Auth.create(vertx, options))
                        .toList());
    }

    /** Where a browser is sent. */
    String authorizationUrl(OAuth2AuthorizationURL parameters) {
        return urls.authorizeURL(parameters);
    }

    /**
     * @param limit for the answer
     * @param refusals what Cognito says where asking again would not help; everything else is trouble
     */
    <T> Future<T> make(
            Supplier<Span> spans, Duration limit, Function<OAuth2Auth, Future<T>> call, Set<String> refusals) {
        return make(spans, current, secrets, limit, call, refusals);
    }

    /** @param untried how many secrets there are that Cognito has not refused for this call */
    private <T> Future<T> make(
            Supplier<Span> spans,
            int secret,
            int untried,
            Duration limit,
            Function<OAuth2Auth, Future<T>> call,
            Set<String> refusals) {
        Span span = spans.get();
        return connections
                .use(secret, config.timeout().dividedBy(2), limit, call)
                .onComplete(done -> CognitoSpans.end(span, done))
                .onSuccess(taken -> take(secret))
                .recover(error -> {
                    if (error instanceof Outage) {
                        return Future.failedFuture(error);
                    }
                    String code = errorCode(error);
                    if (refusals.contains(code)) {
                        return Future.failedFuture(new IdpRefused("Cognito answered " + code));
                    }
                    // Cognito looks at the secret before anything else, so nothing was spent by asking.
                    return code.equals("invalid_client") && untried > 1
                            ? make(spans, (secret + 1) % secrets, untried - 1, limit, call, refusals)
                            : Future.failedFuture(trouble(code, error));
                });
    }

    /** From now on this secret is tried first: a rotation must not cost every call another one. */
    private void take(int secret) {
        if (secret != current) {
            current = secret;
            LOG.atInfo().addKeyValue("secret", secret + 1).log("Cognito takes the app client's other secret now");
        }
    }

    /** The library hands on what Cognito said as text, {@code code[: description]}; anything but a known code is trouble. */
    static String errorCode(Throwable error) {
        return String.valueOf(error.getMessage()).split(":", 2)[0].trim();
    }

    private static Outage trouble(String code, Throwable error) {
        switch (code) {
            case "invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type":
                LOG.atError()
                        .addKeyValue("error", code)
                        .log("Cognito refuses this gateway: check the app client's id, secret and callback URL");
                return new Outage("cognito", "answered " + code);
            default:
                // The message can hold a whole page of the provider's; its kind is enough.
                return new Outage(
                        "cognito", "no usable answer, " + error.getClass().getSimpleName());
        }
    }

    /** Of all that are made here: a refresh may take as long as its lease lets it. */
    private static Duration longestCall(GatewayConfig gateway) {
        Duration refresh = gateway.refresh().patienceWithIdp(gateway.cognito().timeout());
        return refresh.compareTo(gateway.cognito().timeout()) < 0
                ? gateway.cognito().timeout()
                : refresh;
    }

    private OAuth2Options options(Optional<Secret> secret, Duration longest) {
        OAuth2Options options = new OAuth2Options()
                .setClientId(config.clientId())
                .setSite(config.domain())
                .setAuthorizationPath(config.paths().authorize())
                .setTokenPath(config.paths().token())
                .setRevocationPath(config.paths().revoke())
                .setUserAgent(USER_AGENT)
                .setHttpClientOptions(new HttpClientOptions()
                        .setConnectTimeout((int) config.timeout().toMillis())
                        // A call that hangs keeps its connection, of which there are few: when the call is given up it
                        // has to go. Not by what was last read: a call may come when that is long ago.
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setIdleTimeout((int) longest.plus(SLACK).toMillis()));
        secret.ifPresent(value -> options.setClientSecret(value.reveal()));
        return options;
    }
}
