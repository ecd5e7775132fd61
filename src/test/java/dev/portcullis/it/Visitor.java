package dev.portcullis.it;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.TestClient;

/** Calls a tool with a token that it renews in time, and now and then with one that is none. */
final class Visitor implements Actor {
    private static final int NONSENSE = 20;

    private final Fleet fleet;
    private final Client client;
    private final TestClient calls;
    private int turn;

    Visitor(Fleet fleet) {
        this.fleet = fleet;
        this.client = new Client(fleet);
        this.calls = TestClient.register(fleet.world());
    }

    @Override
    public void act() {
        if (turn++ % NONSENSE == 0) {
            Answer refused = new Browser().get(fleet.next() + "/demo/mcp", "Authorization", "Bearer x." + turn + ".y");
            if (refused.status() != 401) {
                throw new AssertionError("nonsense was answered " + refused.status());
            }
        }
        String token = client.accessToken();
        fleet.request(gateway -> call(gateway, token));
    }

    @Override
    public boolean isUsableAt(String gateway) {
        return call(gateway, client.accessToken()).status() == 200;
    }

    private Answer call(String gateway, String token) {
        return calls.echo(gateway + "/demo/mcp", token, "hello");
    }
}
