package dev.portcullis.oauth.client;

import dev.portcullis.config.ClientDocuments;
import dev.portcullis.fetch.DocumentUrl;
import dev.portcullis.fetch.FetchProblem;
import java.net.URI;
import java.util.List;

/** Whose documents count, as the operator says. Asked before any cache is, so that a change of the configuration counts at once. */
final class DocumentTrust {
    private final ClientDocuments config;
    private final URI self;

    DocumentTrust(ClientDocuments config, String publicUrl) {
        this.config = config;
        this.self = URI.create(publicUrl);
    }

    /** The address of a metadata document; throws {@link FetchProblem}. */
    DocumentUrl document(String address) {
        DocumentUrl url = keySet(address);
        if (!config.allow().isEmpty() && !url.loopback() && !matches(config.allow(), url.host())) {
            throw FetchProblem.forbidden("is on a host that this server does not accept applications from");
        }
        return url;
    }

    /** The address of the key set that a trusted document names, which may be on another host; throws {@link FetchProblem}. */
    DocumentUrl keySet(String address) {
        DocumentUrl url = DocumentUrl.parse(address, config.loopback());
        // A request to ourselves could name another one, and so on.
        boolean own = url.host().equals(self.getHost()) && (!url.loopback() || url.port() == self.getPort());
        if (own) {
            throw FetchProblem.lasting("is on this very server");
        }
        if (matches(config.deny(), url.host())) {
            throw FetchProblem.forbidden("is on a host that this server does not accept applications from");
        }
        return url;
    }

    private static boolean matches(List<String> patterns, String host) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.startsWith("*.")
                        ? host.endsWith(pattern.substring(1)) && host.length() > pattern.length() - 1
                        : host.equals(pattern));
    }
}
