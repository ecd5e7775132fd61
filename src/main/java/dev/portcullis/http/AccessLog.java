package dev.portcullis.http;

import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each request, to the logger {@code portcullis.access}. Says the template of the route and never the URL itself, whose query
 * holds codes and states; nor any other header than the user agent.
 */
public final class AccessLog implements Visits.Watcher {
    private static final Logger LOG = LoggerFactory.getLogger("portcullis.access");
    private static final int LONGEST_USER_AGENT = 120;
    private static final int LONGEST_METHOD = 16;

    private final ClientAddress addresses;

    public AccessLog(ClientAddress addresses) {
        this.addresses = addresses;
    }

    @Override
    public void begun(Visit visit) {
        if (LOG.isInfoEnabled()) {
            visit.onEnd(() -> write(visit));
        }
    }

    private void write(Visit visit) {
        HttpServerRequest request = visit.request();
        String method = shortened(request.method().name(), LONGEST_METHOD);
        long millis = visit.age().toMillis();
        String userAgent = request.getHeader("User-Agent");
        LOG.atInfo()
                .addKeyValue("method", method)
                .addKeyValue("route", visit.route().template())
                .addKeyValue("upstream", visit.route().upstream().orElse("-"))
                .addKeyValue("status", visit.status())
                .addKeyValue("complete", visit.isComplete())
                .addKeyValue("durationMs", millis)
                .addKeyValue("headMs", visit.timeToHead().toMillis())
                .addKeyValue("bytesIn", request.bytesRead())
                .addKeyValue("bytesOut", request.response().bytesWritten())
                .addKeyValue("client", addresses.of(request))
                .addKeyValue("userAgent", userAgent == null ? "-" : shortened(userAgent, LONGEST_USER_AGENT))
                .addKeyValue("requestId", RequestId.of(request))
                .addKeyValue("traceId", visit.trace().traceId())
                .addKeyValue("spanId", visit.trace().spanId())
                .log("{} {} {} {} ms", method, visit.route().template(), visit.status(), millis);
    }

    private static String shortened(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
