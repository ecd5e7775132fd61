package dev.portcullis.oauth.authorize;

import dev.portcullis.http.Answers;
import dev.portcullis.oauth.login.Login;
import dev.portcullis.oauth.login.Logins;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** The way to the identity provider, for an authorization that was approved, now or before; and what is known of it on the way back. */
final class Departure {
    private static final String APPROVER = "approver";

    private final Logins logins;

    Departure(Logins logins) {
        this.logins = logins;
    }

    /** @param approver digest of the user whose earlier approval this login goes by; empty where the person approved just now */
    Future<Void> leave(HttpServerRequest request, AuthorizationRequest authorization, Optional<String> approver) {
        JsonObject subject = authorization.toJson();
        approver.ifPresent(user -> subject.put(APPROVER, user));
        return logins.begin(request, Login.Purpose.AUTHORIZATION, subject, authorization.idpPrompt())
                .compose(url -> Answers.seeOther(request, url));
    }

    static Optional<String> approver(Login login) {
        return Optional.ofNullable(login.subject().getString(APPROVER));
    }
}
