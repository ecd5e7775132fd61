package dev.portcullis.fetch;

/** Why a document could not be had; travels in a failed future. */
public final class FetchProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean passing;
    private final boolean forbidden;

    private FetchProblem(String reason, boolean passing, boolean forbidden) {
        super(reason, null, false, false);
        this.reason = reason;
        this.passing = passing;
        this.forbidden = forbidden;
    }

    /** It will not be had later either: the address is one that is never asked, or there is nothing there. */
    public static FetchProblem lasting(String reason) {
        return new FetchProblem(reason, false, false);
    }

    /** It may be had later: whoever serves it, or the way there, is in trouble. */
    public static FetchProblem passing(String reason) {
        return new FetchProblem(reason, true, false);
    }

    /** It is not wanted here, whatever is there. */
    public static FetchProblem forbidden(String reason) {
        return new FetchProblem(reason, false, true);
    }

    /** The rest of a sentence about the document, such as {@code does not answer in time}; says nothing about our own network. */
    public String reason() {
        return reason;
    }

    public boolean isPassing() {
        return passing;
    }

    public boolean isForbidden() {
        return forbidden;
    }
}
