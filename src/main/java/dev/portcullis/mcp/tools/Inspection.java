package dev.portcullis.mcp.tools;

import java.util.Optional;

/**
 * How an answer is looked into.
 *
 * @param lists filters the lists of tools in it
 * @param maxBytes of what has to be read whole
 * @param holding where that counts
 */
public record Inspection(ToolLists lists, int maxBytes, Holding holding) {

    /** @param mediaType of the answer, without parameters, in lower case; those that can hold no list pass as they are */
    public Optional<AnswerFilter> filter(String mediaType) {
        switch (mediaType) {
            case "text/event-stream":
                return Optional.of(new EventFilter(this));
            case "application/json":
                return Optional.of(new JsonFilter(this));
            default:
                return Optional.empty();
        }
    }

    /** @param bytes that have to be held as well */
    void hold(int bytes) {
        if (holding.take(bytes) != Holding.Room.ENOUGH) {
            throw new AnswerFilter.TooLargeException("more would have to be held back than there is room for");
        }
    }
}
