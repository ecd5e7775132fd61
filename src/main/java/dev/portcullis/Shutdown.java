package dev.portcullis;

import io.vertx.core.Vertx;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ends a process cleanly on SIGTERM and SIGINT. */
final class Shutdown {
    private static final long PATIENCE_SECONDS = 10;

    private Shutdown() {}

    static void closeAtExit(Vertx vertx) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(vertx), "portcullis-shutdown"));
    }

    private static void close(Vertx vertx) {
        CountDownLatch closed = new CountDownLatch(1);
        vertx.close().onComplete(done -> closed.countDown());
        try {
            if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("Portcullis did not close in time.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Logs.flush();
    }
}
