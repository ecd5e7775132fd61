package dev.portcullis.dev.cognito;

/** What a request to the simulator asks for: the unit of counting and of fault injection. */
public enum Call {
    DISCOVERY,
    JWKS,
    AUTHORIZE,
    LOGIN_PAGE,
    /** The form of the login page, sent. */
    SIGN_IN,
    CODE_GRANT,
    REFRESH_GRANT,
    CLIENT_CREDENTIALS_GRANT,
    /** A token request whose {@code grant_type} is missing or unknown. */
    UNKNOWN_GRANT,
    USER_INFO,
    REVOKE,
    LOGOUT
}
