package dev.portcullis.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parameters of a query string or a form, as OAuth reads them (RFC 6749 §3.1, §3.2): an empty value counts as absent, unknown names are
 * ignored, and no parameter may come twice. {@code resource} is the exception, it may be repeated (RFC 8707 §2).
 */
public final class Parameters {
    private static final int MAX_PARAMETERS = 128;

    private final Map<String, List<String>> values;

    private Parameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /**
     * Decodes {@code name=value&…}.
     *
     * @throws IllegalArgumentException if the text is not well-formed, or has more than 128 parameters
     */
    public static Parameters parse(String encoded) {
        Map<String, List<String>> decoded =
                // A semicolon is part of a value like any other character (URL Standard §5.1): a state comes back as it
                // came.
                new QueryStringDecoder(encoded, StandardCharsets.UTF_8, false, MAX_PARAMETERS + 1, true).parameters();
        if (decoded.values().stream().mapToInt(List::size).sum() > MAX_PARAMETERS) {
            throw new IllegalArgumentException("more than " + MAX_PARAMETERS + " parameters");
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        decoded.forEach((name, all) -> {
            List<String> given = new ArrayList<>(all);
            given.removeIf(String::isEmpty);
            if (!given.isEmpty()) {
                values.put(name, List.copyOf(given));
            }
        });
        return new Parameters(values);
    }

    public Optional<String> get(String name) {
        List<String> all = values.get(name);
        return all == null ? Optional.empty() : Optional.of(all.get(0));
    }

    /** Every value of a parameter that may be repeated. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The first parameter that came more than once, other than {@code except}. */
    public Optional<String> repeated(String except) {
        return values.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1 && !entry.getKey().equals(except))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
