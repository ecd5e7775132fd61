package dev.portcullis.testkit;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Ports that nobody listens on. Until who drew one listens there, nobody else gets it: not another test, as the ports take turns; not a process
 * of tests beside this one, which draws others; and not an outgoing connection, as systems take higher ones for these.
 */
public final class Ports {
    private static final int PROCESSES = 8;
    private static final int PROCESS = Integer.getInteger("tests.process", 0) % PROCESSES;
    private static final int BUS = 10_000;
    // Each process of tests has one line for all that it starts: two of them would draw the same port.
    private static final Ports LINE = new Ports(25_000, 32_000);
    private static final Ports LINE_WITH_BUS = new Ports(10_000, 15_000);

    private final Queue<Integer> line;

    private Ports(int from, int to) {
        List<Integer> ours = IntStream.range(from, to)
                .filter(port -> port % PROCESSES == PROCESS)
                .boxed()
                .collect(Collectors.toList());
        Collections.shuffle(ours);
        line = new ArrayDeque<>(ours);
    }

    public static int free() {
        return LINE.draw();
    }

    public static List<Integer> free(int count) {
        return Stream.generate(Ports::free).limit(count).toList();
    }

    /** Such that the port of a Redis Cluster's bus, ten thousand higher, is free as well. */
    static List<Integer> freeWithBus(int count) {
        return Stream.generate(LINE_WITH_BUS::drawWithBus).limit(count).toList();
    }

    private int drawWithBus() {
        for (int tries = line.size(); tries > 0; tries--) {
            int port = draw();
            if (isFree(port + BUS)) {
                return port;
            }
        }
        throw new AssertionError("no port is free with its bus");
    }

    private synchronized int draw() {
        for (int tries = line.size(); tries > 0; tries--) {
            int port = line.remove();
            line.add(port);
            if (isFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no port is free");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
