package dev.portcullis.config;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code cognito}: the user pool and its app client. */
final class CognitoReader {
    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._~-]+)+");

    private CognitoReader() {}

    static Cognito read(Section section) {
        String issuer = Urls.withoutSlash(Urls.secure(section, "issuer"));
        List<Secret> secrets = new ArrayList<>();
        section.secret("clientSecret").ifPresent(secrets::add);
        section.secret("nextClientSecret").ifPresent(secrets::add);
        List<String> scopes = section.texts("scopes", List.of("openid", "email", "profile"));
        if (!scopes.contains("openid")) {
            section.problem("scopes", "must contain openid: without it Cognito sends no ID token");
        }
        if (scopes.contains("aws.cognito.signin.user.admin")) {
            section.problem("scopes", "must not contain aws.cognito.signin.user.admin: its bearer may change the user");
        }
        if (scopes.contains("offline_access")) {
            section.problem(
                    "scopes", "must not contain offline_access: Cognito does not know it and refuses the login");
        }
        var cognito = new Cognito(
                issuer,
                alsoIssuer(section, issuer),
                Urls.withoutSlash(Urls.secure(section, "domain")),
                paths(section.section("paths")),
                section.optionalText("jwksUri").isPresent()
                        ? Urls.secure(section, "jwksUri")
                        : issuer + "/.well-known/jwks.json",
                section.text("clientId"),
                List.copyOf(secrets),
                scopes,
                section.flag("logout", false),
                section.duration("timeout", Duration.ofMillis(1500), Duration.ofMillis(100), Duration.ofSeconds(30)),
                section.duration("jwksRefresh", Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofDays(1)),
                section.duration("jwksCooldown", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofHours(1)),
                new Cognito.ConnectionPool(
                        section.integer("maxConnections", 20, 1, 300), section.integer("maxWaiting", 200, 0, 10_000)));
        section.refuseUnknownKeys();
        return cognito;
    }

    /** Amazon changes the host and nothing else (Cognito API, IssuerConfigurationType). */
    private static Optional<String> alsoIssuer(Section section, String issuer) {
        if (section.optionalText("alsoIssuer").isEmpty()) {
            return Optional.empty();
        }
        String also = Urls.withoutSlash(Urls.secure(section, "alsoIssuer"));
        if (!path(also).equals(path(issuer)) || also.equals(issuer)) {
            section.problem("alsoIssuer", "must be the other issuer of the same user pool: only the host differs");
        }
        return Optional.of(also);
    }

    private static String path(String url) {
        return URI.create(url).getRawPath();
    }

    private static Cognito.Paths paths(Section section) {
        var paths = new Cognito.Paths(
                path(section, "authorize", "/oauth2/authorize"),
                path(section, "token", "/oauth2/token"),
                path(section, "revoke", "/oauth2/revoke"),
                path(section, "logout", "/logout"));
        section.refuseUnknownKeys();
        return paths;
    }

    private static String path(Section section, String key, String fallback) {
        String path = section.text(key, fallback);
        if (!PATH.matcher(path).matches()) {
            section.problem(key, "must be a path such as " + fallback);
        }
        return path;
    }
}
