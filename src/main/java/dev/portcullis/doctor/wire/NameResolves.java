package dev.portcullis.doctor.wire;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether the host of a URL has an address, as the system sees it. */
public record NameResolves(String id, Optional<String> about, Vertx vertx, String url, String remedy) implements Check {
    private static final int SHOWN = 3;

    @Override
    public Future<Outcome> run() {
        String host = String.valueOf(URI.create(url).getHost()).replaceAll("[\\[\\]]", "");
        // Blocking, and bound by the time-out of the check.
        return vertx.executeBlocking(() -> InetAddress.getAllByName(host), false)
                .map(addresses -> new Outcome.Passed(host + " is "
                        + Arrays.stream(addresses)
                                .limit(SHOWN)
                                .map(InetAddress::getHostAddress)
                                .collect(Collectors.joining(", "))
                        + (addresses.length > SHOWN ? " and " + (addresses.length - SHOWN) + " more" : "")));
    }
}
