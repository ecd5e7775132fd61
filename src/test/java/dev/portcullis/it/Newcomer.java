package dev.portcullis.it;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;

/** Registers, signs in and redeems the code, each step at another gateway. */
final class Newcomer implements Actor {
    private final Fleet fleet;

    Newcomer(Fleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public void act() {
        TestClient client = fleet.ask(gateway -> TestClient.register(fleet.world(), gateway));
        Answer page = fleet.request(client::authorize);
        Answer approved = fleet.request(gateway -> client.approve(gateway, page));
        Answer signedIn = client.signIn(approved);
        String code = fleet.request(gateway -> client.callback(gateway, signedIn))
                .parameter("code")
                .orElseThrow(() -> new AssertionError("a redirect without a code"));
        fleet.request(gateway -> client.redeem(gateway, code));
    }

    @Override
    public boolean isUsableAt(String gateway) {
        TestClient client = TestClient.register(fleet.world(), gateway);
        return client.authorize(gateway).status() == 200;
    }
}
