package dev.portcullis.http;

import dev.portcullis.config.Cidr;
import dev.portcullis.config.GatewayConfig;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who sent a request. Anybody can write a forwarding header, so one is believed only as far as trusted proxies vouch for it: read from its
 * right end, where the nearest proxy added what it saw, to the first address that is no proxy of ours.
 */
public final class ClientAddress {
    private static final Pattern FORWARDED_FOR = Pattern.compile("(?i)(?:^|;)\\s*for=\"?([^\";]*)\"?");
    // RFC 7239 §6: an IPv6 address in brackets, either kind with a port perhaps.
    private static final Pattern NODE = Pattern.compile("\\[([0-9A-Fa-f:.]+)](?::\\d{1,5})?|([0-9.]+)(?::\\d{1,5})?");

    private final List<Cidr> trusted;
    private final String header;

    public ClientAddress(GatewayConfig.Http config) {
        this.trusted = config.trustedProxies();
        this.header = config.forwardedHeader();
    }

    /** In numbers; the peer's own where no trusted proxy names another. */
    public String of(HttpServerRequest request) {
        String client = request.remoteAddress().hostAddress();
        if (trusted.isEmpty() || !isTrusted(client)) {
            return client;
        }
        List<String> hops = hops(request);
        for (int i = hops.size() - 1; i >= 0; i--) {
            Optional<String> hop = address(hops.get(i));
            if (hop.isEmpty()) {
                // "unknown", a name, or nonsense: nobody vouches for what is left of it.
                return client;
            }
            client = hop.get();
            if (!isTrusted(client)) {
                return client;
            }
        }
        return client;
    }

    /** What limits apply to: the address, or the /64 it is in, because an IPv6 subscriber has at least that many to choose from. */
    public String networkOf(HttpServerRequest request) {
        String client = of(request);
        Optional<byte[]> bytes = Cidr.address(client);
        if (bytes.isEmpty()) {
            return client;
        }
        StringBuilder network = new StringBuilder();
        boolean v4 = bytes.get().length == 4;
        for (int i = 0; i < (v4 ? 4 : 8); i++) {
            network.append(
                    v4 ? (i > 0 ? "." : "") + (bytes.get()[i] & 0xFF) : String.format("%02x", bytes.get()[i] & 0xFF));
        }
        return v4 ? network.toString() : network + "/64";
    }

    /** Whether the peer itself is one of the trusted proxies. */
    public boolean isFromTrustedProxy(HttpServerRequest request) {
        return !trusted.isEmpty() && isTrusted(request.remoteAddress().hostAddress());
    }

    private List<String> hops(HttpServerRequest request) {
        List<String> hops = new ArrayList<>();
        for (String value : request.headers().getAll(header)) {
            for (String element : value.split(",")) {
                if (header.equalsIgnoreCase("Forwarded")) {
                    Matcher matcher = FORWARDED_FOR.matcher(element);
                    hops.add(matcher.find() ? matcher.group(1) : "");
                } else if (!element.isBlank()) {
                    // RFC 9110 §5.6.1: empty elements of a list do not count.
                    hops.add(element);
                }
            }
        }
        return hops;
    }

    private static Optional<String> address(String hop) {
        String text = hop.trim();
        Matcher matcher = NODE.matcher(text);
        String bare = matcher.matches() ? (matcher.group(1) == null ? matcher.group(2) : matcher.group(1)) : text;
        return Cidr.address(bare).map(bytes -> bare);
    }

    private boolean isTrusted(String address) {
        return Cidr.address(address)
                .filter(bytes -> trusted.stream().anyMatch(block -> block.contains(bytes)))
                .isPresent();
    }
}
