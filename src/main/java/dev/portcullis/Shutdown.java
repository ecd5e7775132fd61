package dev.portcullis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Ends a process cleanly on SIGTERM and SIGINT. */
final class Shutdown {
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private Shutdown() {}

    /**
     * @param drain what comes first
     * @param patience for that
     */
    static void atExit(Vertx vertx, Supplier<Future<Void>> drain, Duration patience) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            await(drain.get(), patience, "drain");
                            await(vertx.close(), CLOSING, "close");
                            Logs.flush();
                        },
                        "portcullis-shutdown"));
    }

    /** For what nobody else uses. */
    static void atExit(Vertx vertx) {
        atExit(vertx, Future::succeededFuture, Duration.ZERO);
    }

    private static void await(Future<?> future, Duration patience, String what) {
        CountDownLatch done = new CountDownLatch(1);
        future.onComplete(result -> done.countDown());
        try {
            if (!future.isComplete() && !done.await(patience.toMillis() + 1000, TimeUnit.MILLISECONDS)) {
                System.err.println("Portcullis did not " + what + " in time.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
