package dev.portcullis.pages;

import java.util.Optional;

/**
 * Says what happened and what to do.
 *
 * @param about what somebody sent that it is about
 * @param reference the request id, for whoever runs the server
 */
public record ErrorPage(
        String title,
        String whatHappened,
        Optional<Quotation> about,
        String whatToDo,
        String reference,
        Optional<Continue> next) {

    public ErrorPage(String title, String whatHappened, String whatToDo, String reference, Optional<Continue> next) {
        this(title, whatHappened, Optional.empty(), whatToDo, reference, next);
    }
}
