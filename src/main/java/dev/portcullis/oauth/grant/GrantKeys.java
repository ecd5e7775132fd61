package dev.portcullis.oauth.grant;

/** The Redis keys of one grant; the braces put them into one slot of a cluster. */
record GrantKeys(String grantId) {

    String grant() {
        return "pc:grant:{" + grantId + "}";
    }

    String code() {
        return "pc:code:{" + grantId + "}";
    }
}
