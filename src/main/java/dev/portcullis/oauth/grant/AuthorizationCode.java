package dev.portcullis.oauth.grant;

import dev.portcullis.crypto.Digests;
import dev.portcullis.crypto.RandomTokens;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An authorization code: the name of its grant, so that both live on one hash tag and are redeemed in one step, and 256 random bits.
 *
 * @param value what the client gets
 */
record AuthorizationCode(String grantId, String value) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]{22})\\.[A-Za-z0-9_-]{43}");

    static AuthorizationCode issue(String grantId, RandomTokens random) {
        return new AuthorizationCode(grantId, grantId + '.' + random.next());
    }

    static Optional<AuthorizationCode> decode(String value) {
        Matcher matcher = FORM.matcher(value);
        return matcher.matches() ? Optional.of(new AuthorizationCode(matcher.group(1), value)) : Optional.empty();
    }

    String digest() {
        return Digests.sha256(value);
    }

    @Override
    public String toString() {
        return "AuthorizationCode[grant " + grantId + "]";
    }
}
