package dev.portcullis.it;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;

/** Refreshes with the newest refresh token it was given. */
final class Refresher implements Actor {
    private final Fleet fleet;
    private final TestClient client;
    private String refreshToken;

    Refresher(Fleet fleet) {
        this(fleet, TestClient.register(fleet.world()));
    }

    private Refresher(Fleet fleet, TestClient client) {
        this(fleet, client, client.redeem(fleet.world().url(), client.code()));
    }

    /** @param tokens the answer that began the session */
    Refresher(Fleet fleet, TestClient client, Answer tokens) {
        this.fleet = fleet;
        this.client = client;
        this.refreshToken = tokens.json().getString("refresh_token");
    }

    @Override
    public void act() {
        keep(fleet.request(this::refresh));
    }

    @Override
    public boolean isUsableAt(String gateway) {
        Answer answer = refresh(gateway);
        if (answer.status() != 200) {
            return false;
        }
        keep(answer);
        return true;
    }

    private Answer refresh(String gateway) {
        return client.refresh(gateway, refreshToken);
    }

    private void keep(Answer answer) {
        refreshToken = answer.json().getString("refresh_token");
    }
}
