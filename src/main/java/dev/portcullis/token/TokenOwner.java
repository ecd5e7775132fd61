package dev.portcullis.token;

/** Who an access token was issued to, and from which grant. */
public record TokenOwner(String grantId, String clientId) {}
