package dev.portcullis.dev.cognito;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which attributes a set of scopes shows: {@code openid} alone and {@code profile} show all that the client may read,
 * {@code email} and {@code phone} beside {@code openid} narrow it to theirs (Cognito developer guide, authorize-endpoint).
 */
final class UserClaims {
    private static final List<String> EMAIL = List.of("email", "email_verified");
    private static final List<String> PHONE = List.of("phone_number", "phone_number_verified");

    private UserClaims() {}

    static Map<String, String> visible(PoolUser user, AppClient client, List<String> scopes) {
        boolean email = scopes.contains("email");
        boolean phone = scopes.contains("phone");
        boolean all = scopes.contains("profile") || (!email && !phone);
        Map<String, String> visible = new TreeMap<>(user.attributes());
        visible.keySet()
                .removeIf(name -> !client.mayRead(name)
                        || !(all || (email && EMAIL.contains(name)) || (phone && PHONE.contains(name))));
        return visible;
    }

    /** Whether the client may read what these scopes imply; if not, Cognito refuses the grant. */
    static boolean readable(AppClient client, List<String> scopes) {
        return (!scopes.contains("email") || EMAIL.stream().allMatch(client::mayRead))
                && (!scopes.contains("phone") || PHONE.stream().allMatch(client::mayRead));
    }
}
