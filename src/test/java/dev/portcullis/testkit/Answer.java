package dev.portcullis.testkit;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server said. */
public record Answer(HttpResponse<String> response) {

    private static final Pattern HEADING = Pattern.compile("<h1>(.*?)</h1>");
    private static final Pattern LINK = Pattern.compile("<a class=\"button\" href=\"([^\"]*)\"");

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

    /** Its status and, of a page, the heading; else all of it. */
    public String gist() {
        Matcher matcher = HEADING.matcher(body());
        return status() + " " + (matcher.find() ? matcher.group(1) : body());
    }

    /** Where a redirect leads. */
    public URI location() {
        return response.uri()
                .resolve(header("Location")
                        .orElseThrow(() -> new AssertionError("no redirect: " + status() + " " + body())));
    }

    /** A parameter of the redirect's query. */
    public Optional<String> parameter(String name) {
        return parameter(location(), name);
    }

    /** Where the one link of a page leads that a person may click to get back to the application. */
    public URI link() {
        Matcher matcher = LINK.matcher(body());
        if (!matcher.find()) {
            throw new AssertionError("no link: " + status() + " " + body());
        }
        return URI.create(matcher.group(1).replace("&amp;", "&"));
    }

    /** A parameter of that link's query. */
    public Optional<String> linkParameter(String name) {
        return parameter(link(), name);
    }

    private static Optional<String> parameter(URI uri, String name) {
        return Form.parse(uri.getRawQuery()).stream()
                .filter(pair -> pair.getKey().equals(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
