package dev.portcullis.it;

import dev.portcullis.testkit.TestClient;
import io.vertx.core.json.JsonObject;

/** A signed-in client that lives for days: whoever asks for its access token gets one that is good for a while. */
final class Client {
    private static final long SPARE_MS = 20_000;

    private final Fleet fleet;
    private final TestClient client;
    private String refreshToken = "";
    private String accessToken = "";
    private long renewAt;

    Client(Fleet fleet) {
        this.fleet = fleet;
        this.client = TestClient.register(fleet.world());
        keep(client.redeem(fleet.world().url(), client.code()).json());
    }

    /** Refreshed when it is about to expire, as clients do. */
    String accessToken() {
        if (System.currentTimeMillis() > renewAt) {
            keep(fleet.request(gateway -> client.refresh(gateway, refreshToken)).json());
        }
        return accessToken;
    }

    private void keep(JsonObject tokens) {
        accessToken = tokens.getString("access_token");
        refreshToken = tokens.getString("refresh_token");
        renewAt = System.currentTimeMillis() + 1000L * tokens.getInteger("expires_in") - SPARE_MS;
    }
}
