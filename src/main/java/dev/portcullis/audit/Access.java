package dev.portcullis.audit;

import java.util.Map;
import java.util.TreeMap;

/** Whose access to what, as far as it is known. Immutable. */
public final class Access {
    private static final Access NOTHING_KNOWN = new Access(Map.of());

    private final Map<String, Object> known;

    private Access(Map<String, Object> known) {
        this.known = known;
    }

    public static Access nothingKnown() {
        return NOTHING_KNOWN;
    }

    /** @param id the one that joins what follows from one sign-in */
    public Access grant(String id) {
        return with("grant", id);
    }

    /** @param subject the {@code sub} at the identity provider */
    public Access user(String subject) {
        return with("user", subject);
    }

    /** The client, which has shown that it is this one, or that a person was asked about. */
    public Access client(String id) {
        return with("client", ClientReference.of(id));
    }

    /** The client that somebody says to be, which anybody can say. */
    public Access claimedClient(String id) {
        return with("claimedClient", ClientReference.of(id));
    }

    public Access resource(String canonical) {
        return with("resource", canonical);
    }

    private Access with(String name, Object value) {
        Map<String, Object> more = new TreeMap<>(known);
        more.put(name, value);
        return new Access(more);
    }

    /** A copy. */
    Map<String, Object> details() {
        return new TreeMap<>(known);
    }
}
