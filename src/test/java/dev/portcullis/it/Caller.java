package dev.portcullis.it;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;

/** Calls a tool without a session, as modern MCP does. */
final class Caller implements Actor {
    private final Fleet fleet;
    private final TestClient client;
    private final String token;

    Caller(Fleet fleet) {
        this.fleet = fleet;
        this.client = TestClient.register(fleet.world());
        this.token = client.accessToken();
    }

    @Override
    public void act() {
        fleet.request(this::call);
    }

    @Override
    public boolean isUsableAt(String gateway) {
        return call(gateway).status() == 200;
    }

    private Answer call(String gateway) {
        return client.echo(gateway + "/demo/mcp", token, "hello");
    }
}
