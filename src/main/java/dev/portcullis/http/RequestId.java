package dev.portcullis.http;

import dev.portcullis.crypto.RandomTokens;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of one request in logs, answers and error pages. Ours, unless a trusted proxy has given it one already: a value from anybody else
 * could collide, or carry something into a log.
 */
public final class RequestId {
    /** The response header that carries it. */
    public static final String HEADER = "X-Request-Id";

    private static final Pattern ACCEPTABLE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    private final RandomTokens random;
    private final ClientAddress addresses;

    public RequestId(RandomTokens random, ClientAddress addresses) {
        this.random = random;
        this.addresses = addresses;
    }

    /** Names the request, once, as early as possible. */
    public void assign(HttpServerRequest request) {
        request.response().putHeader(HEADER, given(request).orElseGet(() -> random.next(9)));
    }

    private Optional<String> given(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader(HEADER))
                .filter(id -> ACCEPTABLE.matcher(id).matches() && addresses.isFromTrustedProxy(request));
    }

    /** 1 to 64 characters that are safe anywhere; {@code -} if none was assigned. */
    public static String of(HttpServerRequest request) {
        String id = request.response().headers().get(HEADER);
        return id == null ? "-" : id;
    }
}
