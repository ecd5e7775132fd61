package dev.portcullis.it;

import dev.portcullis.testkit.RawConnection;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks for much, and reads slowly, or leaves in the middle: of its request, of the answer, or without a word. */
final class Rude implements Actor {
    private static final int ANSWER = 512 * 1024;
    private static final int SIP = 32 * 1024;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Fleet fleet;
    private final Client client;
    private int turn;

    Rude(Fleet fleet) {
        this.fleet = fleet;
        this.client = new Client(fleet);
    }

    @Override
    public void act() {
        String gateway = fleet.next();
        String request = request(client.accessToken());
        try (RawConnection connection = RawConnection.to(gateway)) {
            switch (turn++ % 4) {
                case 0 -> sip(connection.write(request));
                case 1 ->
                    connection.write(request.substring(0, request.length() / 2)).reset();
                case 2 -> {
                    connection.write(request).readHead();
                    connection.reset();
                }
                default -> {
                    connection.write(request).readHead();
                    connection.skip(SIP);
                    connection.hangUp();
                }
            }
        }
    }

    private static void sip(RawConnection connection) {
        connection.readHead();
        try {
            for (int taken = 0; taken + SIP < ANSWER; taken += SIP) {
                connection.skip(SIP);
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isUsableAt(String gateway) {
        try (RawConnection connection = RawConnection.to(gateway)) {
            return connection.write(request(client.accessToken())).readHead().status() == 200;
        }
    }

    private static String request(String token) {
        JsonObject echo = new JsonObject()
                .put("name", "echo")
                .put("arguments", new JsonObject().put("message", "x".repeat(ANSWER)));
        return ModernRequest.text(token, "tools/call", "echo", echo);
    }
}
