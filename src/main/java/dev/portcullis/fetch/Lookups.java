package dev.portcullis.fetch;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.List;

/**
 * Bounds the look-ups under way, together and for the names below one domain: whoever owns a domain can have any number of names, and a name
 * server that never answers. Event-loop confined.
 */
final class Lookups implements Destinations.Resolver {
    private static final int MAX = 1000;
    private static final int MAX_PER_DOMAIN = 8;

    private final Destinations.Resolver resolver;
    private final Slots slots = new Slots(MAX, MAX_PER_DOMAIN);

    Lookups(Destinations.Resolver resolver) {
        this.resolver = resolver;
    }

    @Override
    public Future<List<InetAddress>> resolve(String host) {
        String domain = domain(host);
        if (!slots.take(domain)) {
            return Future.failedFuture(
                    FetchProblem.passing("cannot be fetched now, too many names of its domain are being looked up"));
        }
        // Held until the look-up has really ended, also where nobody waits for it any more.
        return resolver.resolve(host).onComplete(done -> slots.release(domain));
    }

    /**
     * Roughly what one owner can register: the last two labels, three where those two look like a registry's own, such as {@code co.uk}. Where
     * the guess is too wide, strangers share a bound that they hardly ever reach.
     */
    static String domain(String host) {
        String[] labels = host.split("\\.");
        int last = labels.length - 1;
        boolean registry = last >= 2 && labels[last].length() == 2 && labels[last - 1].length() <= 3;
        int first = Math.max(0, last - (registry ? 2 : 1));
        return String.join(".", List.of(labels).subList(first, labels.length));
    }
}
