package dev.portcullis.dev.cognito;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One user of the pool.
 *
 * @param sub the stable key of the user; not necessarily a UUID
 * @param attributes standard and {@code custom:} attributes, all as Cognito stores them: strings
 * @param groups in order of precedence; an empty list makes the groups claim disappear
 */
public record PoolUser(
        String sub,
        String username,
        String password,
        Map<String, String> attributes,
        List<String> groups,
        boolean enabled) {

    public PoolUser {
        attributes = Map.copyOf(attributes);
        groups = List.copyOf(groups);
    }

    /** An enabled user with a verified e-mail address, no groups, and a {@code sub} that follows from the name. */
    public static PoolUser of(String username, String password) {
        String sub = UUID.nameUUIDFromBytes(username.getBytes(StandardCharsets.UTF_8))
                .toString();
        String email = username.contains("@") ? username : username + "@example.com";
        return new PoolUser(sub, username, password, Map.of("email", email, "email_verified", "true"), List.of(), true);
    }

    public PoolUser withPassword(String newPassword) {
        return new PoolUser(sub, username, newPassword, attributes, groups, enabled);
    }

    public PoolUser withAttributes(Map<String, String> newAttributes) {
        return new PoolUser(sub, username, password, newAttributes, groups, enabled);
    }

    public PoolUser withGroups(String... newGroups) {
        return new PoolUser(sub, username, password, attributes, List.of(newGroups), enabled);
    }

    public PoolUser withEnabled(boolean nowEnabled) {
        return new PoolUser(sub, username, password, attributes, groups, nowEnabled);
    }

    /** Keeps the password out of logs. */
    @Override
    public String toString() {
        return "PoolUser[" + username + (enabled ? "]" : ", disabled]");
    }
}
