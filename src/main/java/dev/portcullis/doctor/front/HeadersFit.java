package dev.portcullis.doctor.front;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.check.Reason;
import dev.portcullis.doctor.wire.Wire;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.Optional;

/**
 * {@code public.headers}: how long a token may be that still gets through. What is sent is no token; the gateway says 401 to it, and whatever
 * else is said comes from in front.
 *
 * @param configured the gateway's own limit, for all headers together
 */
record HeadersFit(GatewayConfig.Upstream upstream, int configured, Wire wire) implements Check {
    private static final int KIB = 1024;
    // For everything else that a request brings.
    private static final int ROOM = 1;
    // A Cognito token of a user with many groups, wrapped.
    private static final int NEEDED = 8;

    /** @param end what became of the smallest that did not get through */
    private record Limit(int kib, String end) {}

    @Override
    public String id() {
        return "public.headers";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(upstream.name());
    }

    @Override
    public Future<Outcome> run() {
        int most = configured / KIB - ROOM;
        return refusal(most)
                .compose(refused -> refused.isEmpty()
                        ? Future.succeededFuture(new Outcome.Passed(
                                configured / KIB + " KiB, the limit of the gateway itself (http.maxHeader)"))
                        : search(0, new Limit(most, refused.get())).map(this::judge));
    }

    /** @param low gets through */
    private Future<Limit> search(int low, Limit high) {
        if (high.kib() - low <= 1) {
            return Future.succeededFuture(new Limit(low, high.end()));
        }
        int middle = (low + high.kib()) / 2;
        return refusal(middle)
                .compose(refused ->
                        refused.isEmpty() ? search(middle, high) : search(low, new Limit(middle, refused.get())));
    }

    /** Empty where so many KiB get through. */
    private Future<Optional<String>> refusal(int kib) {
        return wire.send(
                        HttpMethod.POST,
                        upstream.resource(),
                        Map.of(
                                "Authorization",
                                "Bearer " + "x".repeat(kib * KIB - 32),
                                "Content-Type",
                                "application/json"),
                        "{}")
                .map(answer -> answer.status() == 401
                        ? Optional.<String>empty()
                        : Optional.of(String.valueOf(answer.status())))
                .recover(failure -> Future.succeededFuture(Optional.of(Reason.of(failure))));
    }

    private Outcome judge(Limit limit) {
        String finding = "an Authorization header of " + limit.kib() + " KiB gets through, of " + (limit.kib() + 1)
                + " KiB not (" + limit.end() + "); the gateway would take " + configured / KIB + " KiB";
        return limit.kib() < NEEDED ? new Outcome.Failed(finding, remedy()) : new Outcome.Warned(finding, remedy());
    }

    @Override
    public String remedy() {
        return "Raise the header limit of what is in front (nginx: large_client_header_buffers, HAProxy: tune.bufsize, Envoy:"
                + " max_request_headers_kb); where that cannot be, set http.maxHeader to what gets through, so that the gateway makes"
                + " no longer token.";
    }
}
