package dev.portcullis.oauth.client;

import dev.portcullis.fetch.FetchProblem;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.outage.Outage;

/** A client whose metadata document, or key set, cannot be used; travels in a failed future. */
public final class ClientDocumentProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String address;
    private final String reason;
    private final boolean passing;

    private ClientDocumentProblem(String address, String reason, boolean passing) {
        super(reason, null, false, false);
        this.address = address;
        this.reason = reason;
        this.passing = passing;
    }

    /** @param reason the rest of a sentence about the document, such as {@code has no redirect_uris} */
    static ClientDocumentProblem invalid(String address, String reason) {
        return new ClientDocumentProblem(address, reason, false);
    }

    static ClientDocumentProblem of(String address, FetchProblem problem) {
        return new ClientDocumentProblem(address, problem.reason(), problem.isPassing());
    }

    /** What is wrong, for a person; names the address as it was given, so it has to be escaped where it is shown. */
    public String sentence() {
        return "The document at " + address + " " + reason + ".";
    }

    /** Whether it may be usable later, and whoever asks must not draw conclusions. */
    public boolean isPassing() {
        return passing;
    }

    /** What the endpoints that programs call say: trouble with a fetch never makes a client forget who it is. */
    public RuntimeException asProtocolError() {
        return passing
                ? new Outage("client document", reason)
                : new OAuthError(OAuthError.Code.INVALID_CLIENT, "the client's metadata document " + reason);
    }
}
