package dev.portcullis.oauth;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A set of scope tokens in the order they came (RFC 6749 §3.3). */
public record Scopes(List<String> tokens) {
    /** Asks for a refresh token; known to authorization servers, not to resources (OpenID Connect Core §11). */
    public static final String OFFLINE_ACCESS = "offline_access";

    private static final Pattern TOKEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");
    private static final int MAX_TOKENS = 64;

    public Scopes {
        tokens = List.copyOf(new LinkedHashSet<>(tokens));
    }

    public static Scopes none() {
        return new Scopes(List.of());
    }

    public static Scopes of(Collection<String> tokens) {
        return new Scopes(List.copyOf(tokens));
    }

    /**
     * Reads a {@code scope} parameter; clients send leading, trailing and double spaces, which change nothing. Empty if a token has a
     * character that no scope may have, or if there are more than 64.
     */
    public static Optional<Scopes> parse(String text) {
        List<String> tokens = new ArrayList<>();
        for (String token : text.split(" ")) {
            if (!token.isEmpty()) {
                tokens.add(token);
            }
        }
        return tokens.size() <= MAX_TOKENS
                        && tokens.stream()
                                .allMatch(token -> TOKEN.matcher(token).matches())
                ? Optional.of(new Scopes(tokens))
                : Optional.empty();
    }

    public boolean contains(String token) {
        return tokens.contains(token);
    }

    public boolean containsAll(Collection<String> others) {
        return tokens.containsAll(others);
    }

    public boolean isEmpty() {
        return tokens.isEmpty();
    }

    /** What both have, in this one's order. */
    public Scopes intersect(Collection<String> others) {
        Set<String> kept = new LinkedHashSet<>(tokens);
        kept.retainAll(others);
        return of(kept);
    }

    /** As the {@code scope} parameter has it. */
    @Override
    public String toString() {
        return String.join(" ", tokens);
    }
}
