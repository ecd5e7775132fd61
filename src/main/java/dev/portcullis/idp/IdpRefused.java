package dev.portcullis.idp;

/** The provider said no: the code, the refresh token or the access token is not good and will not become so. */
public final class IdpRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param reason for the log; holds no token */
    public IdpRefused(String reason) {
        super(reason, null, false, false);
    }
}
