package dev.portcullis.doctor.upstream;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Optional;

/** {@code upstream.era}: whether an MCP server is there, and which of the two eras it speaks (MCP 2026-07-28 versioning). */
record SpeaksMcp(String name, GatewayConfig.Upstream upstream, URI url, Once<Answer> modern, Once<Answer> legacy)
        implements Check {

    @Override
    public String id() {
        return "upstream.era";
    }

    @Override
    public Optional<String> about() {
        return Optional.of(name);
    }

    @Override
    public Future<Outcome> run() {
        return modern.get().compose(now -> legacy.get().map(before -> judge(now, before)));
    }

    private Outcome judge(Answer now, Answer before) {
        boolean modernEra = result(now).isPresent();
        Optional<String> legacyEra = result(before).map(result -> String.valueOf(result.getValue("protocolVersion")));
        if (!modernEra && legacyEra.isEmpty()) {
            return new Outcome.Failed(
                    url + " is no MCP server: it answers " + before.status() + " to initialize and " + now.status()
                            + " to server/discover",
                    remedy());
        }
        return new Outcome.Passed((modernEra ? "modern (" + McpServer.MODERN + ")" : "")
                + (modernEra && legacyEra.isPresent() ? " and " : "")
                + legacyEra.map(version -> "legacy (" + plain(version) + ")").orElse(""));
    }

    private static Optional<JsonObject> result(Answer answer) {
        return answer.json()
                .map(json -> json.getValue("result"))
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .filter(result -> answer.status() == 200);
    }

    /** Whatever the server says, one short word of it is shown. */
    private static String plain(String version) {
        return version.matches("[0-9A-Za-z.-]{1,20}") ? version : "of some version";
    }

    @Override
    public String remedy() {
        return "Check the path in upstreams." + upstream.name() + " (" + url
                + "), which is that of the MCP endpoint, and that the server speaks streamable HTTP.";
    }
}
