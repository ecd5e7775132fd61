package dev.portcullis.it;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;
import java.util.ArrayDeque;
import java.util.Deque;

/** Registers, signs in and redeems the code, each step at another gateway; the last sessions that came of it are remembered. */
final class Newcomer implements Actor {
    private static final int REMEMBERED = 40;

    private final Fleet fleet;
    private final Deque<Refresher> sessions = new ArrayDeque<>();

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
        Answer tokens = fleet.request(gateway -> client.redeem(gateway, code));
        sessions.add(new Refresher(fleet, client, tokens));
        if (sessions.size() > REMEMBERED) {
            sessions.remove();
        }
    }

    /** Whether somebody can begin to sign in there, and all those who did can go on. */
    @Override
    public boolean isUsableAt(String gateway) {
        TestClient client = TestClient.register(fleet.world(), gateway);
        return client.authorize(gateway).status() == 200
                && sessions.stream().allMatch(session -> session.isUsableAt(gateway));
    }

    @Override
    public String toString() {
        return "newcomer with " + sessions.size() + " sessions";
    }
}
