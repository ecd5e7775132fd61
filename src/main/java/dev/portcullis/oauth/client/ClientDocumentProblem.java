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
    private final boolean forbidden;

    private ClientDocumentProblem(String address, String reason, boolean passing, boolean forbidden) {
        super(reason, null, false, false);
        this.address = address;
        this.reason = reason;
        this.passing = passing;
        this.forbidden = forbidden;
    }

    /** @param reason the rest of a sentence about the document, such as {@code has no redirect_uris} */
    static ClientDocumentProblem invalid(String address, String reason) {
        return new ClientDocumentProblem(address, reason, false, false);
    }

    static ClientDocumentProblem of(String address, FetchProblem problem) {
        return new ClientDocumentProblem(address, problem.reason(), problem.isPassing(), problem.isForbidden());
    }

    /** As it was given: a stranger's text. */
    public String address() {
        return address;
    }

    /** What is wrong, for a person: the rest of a sentence about the document. */
    public String reason() {
        return reason;
    }

    /** Whether nothing is wrong with it but that the operator does not want it. */
    public boolean isForbidden() {
        return forbidden;
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
