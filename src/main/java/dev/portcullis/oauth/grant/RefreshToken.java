package dev.portcullis.oauth.grant;

import dev.portcullis.crypto.Authenticator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A refresh token names its grant and its generation; the MAC proves that we issued it. No secret of it is stored anywhere.
 *
 * @param generation 0 is the one that came with the authorization code
 */
public record RefreshToken(String grantId, long generation) {
    private static final Pattern FORM =
            Pattern.compile("pcr_([A-Za-z0-9-]{1,32})\\.([A-Za-z0-9_-]{22})\\.([0-9]{1,15})\\.([A-Za-z0-9_-]{43})");
    private static final String PURPOSE = "refresh_token";

    public String encode(Authenticator authenticator) {
        String keyId = authenticator.currentKeyId();
        return "pcr_" + keyId + '.' + message() + '.'
                + authenticator.mac(keyId, PURPOSE, message()).orElseThrow();
    }

    /** Empty for anything that this key ring did not issue. */
    public static Optional<RefreshToken> decode(String token, Authenticator authenticator) {
        Matcher matcher = FORM.matcher(token);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        RefreshToken decoded = new RefreshToken(matcher.group(2), Long.parseLong(matcher.group(3)));
        return authenticator.verify(matcher.group(1), PURPOSE, decoded.message(), matcher.group(4))
                ? Optional.of(decoded)
                : Optional.empty();
    }

    private String message() {
        return grantId + '.' + generation;
    }

    @Override
    public String toString() {
        return "RefreshToken[grant " + grantId + ", generation " + generation + "]";
    }
}
