package dev.portcullis.pages;

/**
 * After signing out.
 *
 * @param everywhere whether the session at the identity provider has ended too
 */
public record SignedOutPage(boolean everywhere) {}
