package dev.portcullis.oauth.login;

import dev.portcullis.http.Parameters;
import io.vertx.core.http.HttpServerRequest;

/** Goes on with a login of its purpose, and answers the request. */
public interface LoginReturn {

    /** @param callback what the identity provider sent along, for {@link Logins#complete} */
    void returned(HttpServerRequest request, Login login, Parameters callback);
}
