package dev.portcullis.it;

/** Somebody who does the same thing again and again. Acts throw {@link RequestFailedException}; the next one goes on from there. */
interface Actor {

    void act();

    /** Whether what was built up so far is good at this gateway. */
    boolean isUsableAt(String gateway);

    /** Ends an act that would last. Called by any thread. */
    default void leave() {}
}
