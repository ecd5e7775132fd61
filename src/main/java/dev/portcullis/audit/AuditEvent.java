package dev.portcullis.audit;

import java.util.Collection;
import java.util.Map;

/** Something that happened to somebody's access. Holds no secret: no token, no code, no state, no cookie. */
public sealed interface AuditEvent {

    /** One of a few words: the label of a metric. */
    String event();

    /** One of a few words for each kind of event: the label of a metric. */
    String outcome();

    /** What else there is to know; values are numbers or text. */
    Map<String, Object> details();

    /** A client registered itself. */
    record Registered(String client, String name) implements AuditEvent {
        @Override
        public String event() {
            return "registration";
        }

        @Override
        public String outcome() {
            return "done";
        }

        @Override
        public Map<String, Object> details() {
            return Map.of("client", ClientReference.of(client), "clientName", name);
        }
    }

    /** A person was asked whether a client may act for them; who they are is known only after the login. */
    record Consent(boolean given, String client, String clientName, String resource, Collection<String> scopes)
            implements AuditEvent {
        @Override
        public String event() {
            return "consent";
        }

        @Override
        public String outcome() {
            return given ? "given" : "denied";
        }

        @Override
        public Map<String, Object> details() {
            return Map.of(
                    "client",
                    ClientReference.of(client),
                    "clientName",
                    clientName,
                    "resource",
                    resource,
                    "scopes",
                    String.join(" ", scopes));
        }
    }

    /**
     * A person came back from the identity provider, signed in.
     *
     * @param purpose what for: {@code authorization} of a client, or the page {@code connections}
     */
    record SignedIn(Access access, String purpose, String username) implements AuditEvent {
        @Override
        public String event() {
            return "login";
        }

        @Override
        public String outcome() {
            return "done";
        }

        @Override
        public Map<String, Object> details() {
            Map<String, Object> details = access.details();
            details.put("purpose", purpose);
            details.put("username", username);
            return details;
        }
    }

    /**
     * A person came back from the identity provider, not signed in.
     *
     * @param purpose as of {@link SignedIn}
     * @param trouble whether it was no fault of theirs
     */
    record NotSignedIn(Access access, String purpose, boolean trouble, String reason) implements AuditEvent {
        @Override
        public String event() {
            return "login";
        }

        @Override
        public String outcome() {
            return trouble ? "unavailable" : "refused";
        }

        @Override
        public Map<String, Object> details() {
            Map<String, Object> details = access.details();
            details.put("purpose", purpose);
            details.put("reason", reason);
            return details;
        }
    }

    /** A client got its first tokens of a grant. */
    record TokenIssued(Access access, Collection<String> scopes) implements AuditEvent {
        @Override
        public String event() {
            return "token";
        }

        @Override
        public String outcome() {
            return "issued";
        }

        @Override
        public Map<String, Object> details() {
            Map<String, Object> details = access.details();
            details.put("scopes", String.join(" ", scopes));
            return details;
        }
    }

    /** A client got new tokens of a grant: {@code renewed} by the provider, or {@code repeated} because it came late or again. */
    record Refreshed(Access access, boolean renewed, long generation) implements AuditEvent {
        @Override
        public String event() {
            return "refresh";
        }

        @Override
        public String outcome() {
            return renewed ? "renewed" : "repeated";
        }

        @Override
        public Map<String, Object> details() {
            Map<String, Object> details = access.details();
            details.put("generation", generation);
            return details;
        }
    }

    /**
     * A client got no tokens.
     *
     * @param event {@code token} or {@code refresh}
     * @param trouble whether it may try again with what it has
     */
    record TokenRefused(String event, Access access, boolean trouble, String reason) implements AuditEvent {
        @Override
        public String outcome() {
            return trouble ? "unavailable" : "refused";
        }

        @Override
        public Map<String, Object> details() {
            Map<String, Object> details = access.details();
            details.put("reason", reason);
            return details;
        }
    }

    /**
     * A code or a refresh token was used that was used up before; the grant was ended.
     *
     * @param what {@code authorization_code} or {@code refresh_token}
     */
    record Reuse(String what, Access access) implements AuditEvent {
        @Override
        public String event() {
            return "reuse";
        }

        @Override
        public String outcome() {
            return what;
        }

        @Override
        public Map<String, Object> details() {
            return access.details();
        }
    }

    /**
     * A grant was taken back.
     *
     * @param by {@code client}, {@code user} or {@code provider}; {@code limit} where the user has too many grants
     */
    record Revoked(String by, Access access) implements AuditEvent {
        @Override
        public String event() {
            return "revocation";
        }

        @Override
        public String outcome() {
            return by;
        }

        @Override
        public Map<String, Object> details() {
            return access.details();
        }
    }

    /**
     * What became of a sign-in that was to be ended at the identity provider, where that did not answer at once.
     *
     * @param outcome {@code deferred}, {@code done} later on, or {@code failed} for good
     * @param grant {@code -} where none came of the sign-in
     */
    record SignOut(String outcome, String grant) implements AuditEvent {
        @Override
        public String event() {
            return "idp_revocation";
        }

        @Override
        public Map<String, Object> details() {
            return Map.of("grant", grant);
        }
    }

    /**
     * A call was stopped although its token is good.
     *
     * @param reason {@code scope}: a scope is missing; {@code policy}: a rule of the operator
     * @param tools as the client named them; none where the server as a whole is denied
     */
    record CallDenied(
            Access access, String upstream, Collection<String> tools, String reason, Collection<String> missingScopes)
            implements AuditEvent {
        @Override
        public String event() {
            return "call_denied";
        }

        @Override
        public String outcome() {
            return reason;
        }

        @Override
        public Map<String, Object> details() {
            Map<String, Object> details = access.details();
            details.put("upstream", upstream);
            if (!tools.isEmpty()) {
                details.put("tool", ToolNames.of(tools));
            }
            details.put("missingScopes", String.join(" ", missingScopes));
            return details;
        }
    }

    /** Whom or what the gateway trusts is different now. */
    sealed interface Change extends AuditEvent {
        @Override
        default String outcome() {
            return "changed";
        }
    }

    /** The operator has switched clients off, or on again. */
    record DeniedClientsChanged(Collection<String> denied, Collection<String> allowed) implements Change {
        @Override
        public String event() {
            return "denied_clients";
        }

        @Override
        public Map<String, Object> details() {
            return Map.of("denied", String.join(" ", denied), "allowed", String.join(" ", allowed));
        }
    }

    /** The keys of the gateway are others now. */
    record KeysChanged(Collection<String> keys, Collection<String> distrusted) implements Change {
        @Override
        public String event() {
            return "keys";
        }

        @Override
        public Map<String, Object> details() {
            return Map.of("keys", String.join(" ", keys), "distrusted", String.join(" ", distrusted));
        }
    }
}
