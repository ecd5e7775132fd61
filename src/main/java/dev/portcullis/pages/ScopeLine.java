package dev.portcullis.pages;

/**
 * One permission on a consent page.
 *
 * @param scope the token, for those who know it
 * @param inWords what it means, for everybody else
 */
public record ScopeLine(String scope, String inWords) {}
