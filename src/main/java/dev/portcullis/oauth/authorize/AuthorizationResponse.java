package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.RedirectUri;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where an authorization ends for the client: its redirect URI with {@code code} or {@code error}, its {@code state} and our {@code iss}, each
 * once, behind whatever query the URI already has (OAuth 2.1 §4.1.2, RFC 9207 §2).
 */
final class AuthorizationResponse {
    private final String issuer;

    AuthorizationResponse(String issuer) {
        this.issuer = issuer;
    }

    String success(RedirectUri redirectUri, Optional<String> state, String code) {
        return url(redirectUri, Map.of("code", code), state);
    }

    String error(RedirectUri redirectUri, Optional<String> state, OAuthError error) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("error", error.code().value());
        parameters.put("error_description", error.description());
        return url(redirectUri, parameters, state);
    }

    private String url(RedirectUri redirectUri, Map<String, String> outcome, Optional<String> state) {
        StringBuilder url = new StringBuilder(redirectUri.value());
        char separator = redirectUri.value().indexOf('?') < 0 ? '?' : '&';
        Map<String, String> parameters = new LinkedHashMap<>(outcome);
        state.ifPresent(value -> parameters.put("state", value));
        parameters.put("iss", issuer);
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            url.append(separator)
                    .append(parameter.getKey())
                    .append('=')
                    .append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
            separator = '&';
        }
        return url.toString();
    }
}
