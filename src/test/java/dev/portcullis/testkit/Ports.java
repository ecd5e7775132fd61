package dev.portcullis.testkit;

import java.util.concurrent.ThreadLocalRandom;

/** Numbers of ports to try. Processes of tests that run side by side draw different ones: what is free for one may be what another is about to take. */
final class Ports {
    private static final int PROCESSES = 8;
    private static final int OURS = Integer.getInteger("tests.process", 0) % PROCESSES;

    private Ports() {}

    /** Both ends are multiples of eight. */
    static int any(int from, int to) {
        return ThreadLocalRandom.current().nextInt(from / PROCESSES, to / PROCESSES) * PROCESSES + OURS;
    }
}
