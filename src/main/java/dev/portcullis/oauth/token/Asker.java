package dev.portcullis.oauth.token;

import dev.portcullis.audit.Access;
import dev.portcullis.oauth.client.Client;
import dev.portcullis.oauth.grant.Grant;
import java.util.Optional;

/**
 * Who asks for tokens, and of which grant: what the audit log can say of a request that fails, wherever it does. Confined to the event loop of
 * the request.
 */
final class Asker {
    private Access access;

    /** @param claimedClient anybody can name any client */
    Asker(Optional<String> claimedClient) {
        access = claimedClient.map(Access.nothingKnown()::claimedClient).orElse(Access.nothingKnown());
    }

    /** The client is authenticated. */
    void is(Client client) {
        access = Access.nothingKnown().client(client.id());
    }

    /** What the client brings is of this grant, which need not be one of its own, and can be over. */
    void brings(String grantId) {
        access = access.grant(grantId);
    }

    void brings(Grant grant) {
        access = access.grant(grant.id()).user(grant.user().subject()).resource(grant.resource());
    }

    Access access() {
        return access;
    }
}
