package dev.portcullis.testkit;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Optional;

/** What a server said. */
public record Answer(HttpResponse<String> response) {

    public int status() {
        return response.statusCode();
    }

    public String body() {
        return response.body();
    }

    public JsonObject json() {
        return new JsonObject(response.body());
    }

    public Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** Where a redirect leads. */
    public URI location() {
        return response.uri()
                .resolve(header("Location")
                        .orElseThrow(() -> new AssertionError("no redirect: " + status() + " " + body())));
    }

    /** A parameter of the redirect's query. */
    public Optional<String> parameter(String name) {
        return Form.parse(location().getRawQuery()).stream()
                .filter(pair -> pair.getKey().equals(name))
                .map(java.util.Map.Entry::getValue)
                .findFirst();
    }
}
