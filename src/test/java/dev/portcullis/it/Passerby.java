package dev.portcullis.it;

import dev.portcullis.testkit.RawConnection;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Opens an event stream, stays for a few seconds, and leaves. */
final class Passerby implements Actor {
    private static final Duration LONGEST = Duration.ofSeconds(8);

    private final Fleet fleet;
    private final Client client;

    Passerby(Fleet fleet) {
        this.fleet = fleet;
        this.client = new Client(fleet);
    }

    @Override
    public void act() {
        String gateway = fleet.next();
        try (RawConnection stream = RawConnection.to(gateway)) {
            int status = listen(stream);
            if (status != 200) {
                throw new AssertionError("stream " + status);
            }
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(LONGEST.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isUsableAt(String gateway) {
        try (RawConnection stream = RawConnection.to(gateway)) {
            return listen(stream) == 200;
        }
    }

    private int listen(RawConnection stream) {
        JsonObject everything = new JsonObject().put("notifications", new JsonObject());
        return stream.write(ModernRequest.text(client.accessToken(), "subscriptions/listen", "", everything))
                .readHead()
                .status();
    }
}
