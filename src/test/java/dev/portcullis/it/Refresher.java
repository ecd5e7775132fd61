package dev.portcullis.it;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;

/** Refreshes with the newest refresh token it was given. */
final class Refresher implements Actor {
    private final Fleet fleet;
    private final TestClient client;
    private String refreshToken;

    Refresher(Fleet fleet) {
        this.fleet = fleet;
        this.client = TestClient.register(fleet.world());
        this.refreshToken =
                client.redeem(fleet.world().url(), client.code()).json().getString("refresh_token");
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
