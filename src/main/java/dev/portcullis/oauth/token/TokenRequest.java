package dev.portcullis.oauth.token;

import dev.portcullis.audit.AuditLog;
import dev.portcullis.http.Parameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.ResourceIndicator;
import dev.portcullis.oauth.client.Client;
import java.util.Optional;

/**
 * A token request whose client is authenticated.
 *
 * @param asker which becomes known better as the request goes on
 * @param trail where what happens because of it is written down
 */
record TokenRequest(Client client, Parameters form, Asker asker, AuditLog.Trail trail) {

    String required(String name) {
        return form.get(name).orElseThrow(() -> OAuthError.invalidRequest(name + " is missing"));
    }

    /** RFC 8707 §2.2: a token request may name the resource again; it cannot reach beyond the one that was granted. */
    void requireResource(String granted) {
        for (String requested : form.all("resource")) {
            Optional<String> canonical = ResourceIndicator.parse(requested).map(ResourceIndicator::value);
            if (!canonical.equals(Optional.of(granted))) {
                throw new OAuthError(OAuthError.Code.INVALID_TARGET, "resource is not the one that was granted");
            }
        }
    }
}
