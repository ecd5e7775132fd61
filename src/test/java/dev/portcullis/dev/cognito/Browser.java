package dev.portcullis.dev.cognito;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.ext.web.client.WebClientSession;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser (cookies, no redirects of its own) and a back channel (no cookies) in front of one simulator; calls wait. */
final class Browser implements AutoCloseable {
    static final String CALLBACK = "https://app.example.com/callback";
    static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final CognitoSimulator simulator;
    private final WebClient plain;
    private final WebClientSession session;

    Browser(Vertx vertx, CognitoSimulator simulator) {
        this.simulator = simulator;
        this.plain = WebClient.create(vertx, new WebClientOptions().setFollowRedirects(false));
        this.session = WebClientSession.create(plain);
    }

    @Override
    public void close() {
        plain.close();
    }

    /** The parameters of an ordinary authorization request; change them as the test needs. */
    MultiMap request(String scope) {
        return MultiMap.caseInsensitiveMultiMap()
                .add("response_type", "code")
                .add("client_id", simulator.pool().client().id())
                .add("redirect_uri", CALLBACK)
                .add("scope", scope)
                .add("state", "abc-123_XYZ")
                .add("code_challenge_method", "S256")
                .add("code_challenge", CHALLENGE);
    }

    HttpResponse<Buffer> authorize(MultiMap query) {
        return get(simulator.domain() + "/oauth2/authorize", query);
    }

    HttpResponse<Buffer> get(String url, MultiMap query) {
        HttpRequest<Buffer> request = session.getAbs(url);
        query.forEach(entry -> request.addQueryParam(entry.getKey(), entry.getValue()));
        return await(request.send());
    }

    HttpResponse<Buffer> get(String url) {
        return await(session.getAbs(url).send());
    }

    HttpResponse<Buffer> submit(String loginUrl, String csrf, String username, String password) {
        return await(session.postAbs(loginUrl)
                .sendForm(MultiMap.caseInsensitiveMultiMap()
                        .add("_csrf", csrf)
                        .add("username", username)
                        .add("password", password)
                        .add("cognitoAsfData", "")
                        .add("signInSubmitButton", "Sign in")));
    }

    /** Follows the request to the login page and signs in there, or is signed in already. */
    HttpResponse<Buffer> signIn(MultiMap query, String username, String password) {
        HttpResponse<Buffer> answer = authorize(query);
        String login = location(answer);
        if (login.startsWith(CALLBACK)) {
            return answer;
        }
        return submit(login, csrf(get(login)), username, password);
    }

    /** The code of a whole sign-in. */
    String code(MultiMap query, String username, String password) {
        return query(location(signIn(query, username, password))).getOrDefault("code", "");
    }

    HttpResponse<Buffer> token(AppClient client, MultiMap form) {
        return postAsClient("/oauth2/token", client, form);
    }

    HttpResponse<Buffer> redeem(AppClient client, String code) {
        return token(client, codeForm(code));
    }

    MultiMap codeForm(String code) {
        return MultiMap.caseInsensitiveMultiMap()
                .add("grant_type", "authorization_code")
                .add("code", code)
                .add("redirect_uri", CALLBACK)
                .add("code_verifier", VERIFIER);
    }

    HttpResponse<Buffer> refresh(AppClient client, String refreshToken) {
        return token(
                client,
                MultiMap.caseInsensitiveMultiMap()
                        .add("grant_type", "refresh_token")
                        .add("refresh_token", refreshToken));
    }

    HttpResponse<Buffer> revoke(AppClient client, String token) {
        return postAsClient(
                "/oauth2/revoke", client, MultiMap.caseInsensitiveMultiMap().add("token", token));
    }

    HttpResponse<Buffer> userInfo(String accessToken) {
        return await(plain.getAbs(simulator.domain() + "/oauth2/userInfo")
                .bearerTokenAuthentication(accessToken)
                .send());
    }

    /** Authenticates as the client does: Basic if it has a secret, by its ID in the body if not. */
    HttpResponse<Buffer> postAsClient(String path, AppClient client, MultiMap form) {
        HttpRequest<Buffer> request = plain.postAbs(simulator.domain() + path);
        if (client.secrets().isEmpty()) {
            form.add("client_id", client.id());
        } else {
            request.basicAuthentication(client.id(), client.secrets().get(0));
        }
        return await(request.sendForm(form));
    }

    /** The back channel for whatever is out of the ordinary. */
    WebClient plain() {
        return plain;
    }

    static String location(HttpResponse<Buffer> response) {
        return Optional.ofNullable(response.getHeader("Location"))
                .orElseThrow(() ->
                        new AssertionError("no redirect but " + response.statusCode() + " " + response.bodyAsString()));
    }

    static String csrf(HttpResponse<Buffer> page) {
        Matcher matcher = CSRF.matcher(page.bodyAsString());
        if (!matcher.find()) {
            throw new AssertionError("no form on this page: " + page.bodyAsString());
        }
        return matcher.group(1);
    }

    static Map<String, String> query(String url) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = Optional.ofNullable(URI.create(url).getRawQuery()).orElse("");
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    static JsonObject json(HttpResponse<Buffer> response) {
        return response.bodyAsJsonObject();
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
