package dev.portcullis.dev.cognito;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * A resource server: what gives custom scopes their names, {@code identifier/scopeName}.
 *
 * @param identifier up to 256 printable characters, may itself be a URL
 * @param scopeNames at most 100, without {@code /}
 */
public record ResourceServer(String identifier, Set<String> scopeNames) {
    private static final Pattern IDENTIFIER = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,256}");
    private static final Pattern SCOPE_NAME = Pattern.compile("[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]{1,256}");

    public ResourceServer {
        scopeNames = Set.copyOf(scopeNames);
        if (!IDENTIFIER.matcher(identifier).matches() || scopeNames.size() > 100) {
            throw new IllegalArgumentException(
                    "not a resource server identifier with at most 100 scopes: " + identifier);
        }
        for (String name : scopeNames) {
            if (!SCOPE_NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("not a scope name: " + name);
            }
        }
    }

    /** Whether {@code scope} is one of ours; the identifier may hold slashes, so the last one divides. */
    boolean defines(String scope) {
        int slash = scope.lastIndexOf('/');
        return slash > 0
                && scope.substring(0, slash).equals(identifier)
                && scopeNames.contains(scope.substring(slash + 1));
    }
}
