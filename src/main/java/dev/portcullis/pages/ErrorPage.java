package dev.portcullis.pages;

import java.util.Optional;

/**
 * Says what happened and what to do.
 *
 * @param reference the request id, for whoever runs the server
 */
public record ErrorPage(
        String title, String whatHappened, String whatToDo, String reference, Optional<Continue> next) {}
