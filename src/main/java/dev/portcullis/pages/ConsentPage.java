package dev.portcullis.pages;

import java.util.List;
import java.util.Optional;

/**
 * Asks a person whether a client may act for them.
 *
 * @param clientHost of a client whose id is a URL: the only thing about it that is proven
 * @param redirectHost where the answer goes: host and port, or the scheme of a native app
 * @param redirectUri the whole of it
 * @param localhostRedirect any program on the person's machine could be asking
 * @param unverifiedClient the name is the client's own claim
 * @param firstSeen the person has not approved it in this browser before, and nobody vouches for it
 * @param sealedRequest travels in the form
 */
public record ConsentPage(
        String clientName,
        Optional<String> clientHost,
        String redirectHost,
        String redirectUri,
        boolean localhostRedirect,
        boolean unverifiedClient,
        boolean firstSeen,
        String serverName,
        String serverUrl,
        List<ScopeLine> scopes,
        List<ScopeLine> idpScopes,
        String sealedRequest) {}
