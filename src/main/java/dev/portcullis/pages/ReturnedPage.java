package dev.portcullis.pages;

/** Stays behind in the browser when a native app takes over. */
public record ReturnedPage(String clientName, Continue app) {

    public ReturnedPage(String clientName, String url) {
        this(clientName, new Continue("Open it again", url));
    }
}
