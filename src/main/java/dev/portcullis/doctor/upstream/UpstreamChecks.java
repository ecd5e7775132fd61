package dev.portcullis.doctor.upstream;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Examination;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.NameResolves;
import dev.portcullis.mcp.upstream.DirectEndpoint;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;

/** Which checks there are of each endpoint, and which build on which. */
public final class UpstreamChecks {
    private UpstreamChecks() {}

    public static void add(Examination examination, Vertx vertx, GatewayConfig.Upstream upstream, InstantSource clock) {
        for (URI url : upstream.endpoints()) {
            add(examination, vertx, upstream, url, clock);
        }
    }

    private static void add(
            Examination examination, Vertx vertx, GatewayConfig.Upstream upstream, URI url, InstantSource clock) {
        String about = upstream.endpoints().size() == 1 ? upstream.name() : upstream.name() + " " + url;
        McpServer server = new McpServer(new DirectEndpoint(vertx, url, upstream.transport()), upstream, clock);
        Once<Answer> modern = new Once<>(server::discover);
        // One after the other: a small server need not find two strangers at its door.
        Once<Answer> legacy = new Once<>(() -> modern.get().transform(first -> server.initialize()));
        Check resolved = examination.add(new NameResolves(
                "upstream.resolve",
                Optional.of(about),
                vertx,
                url.toString(),
                "Check the host in upstreams." + upstream.name() + " (" + url + ") and the DNS of this network."));
        Check reached = examination.add(new UpstreamReached(about, url, modern, clock), resolved);
        Check admitted = examination.add(new UpstreamAdmitsUs(about, upstream, modern, legacy), reached);
        Check speaks = examination.add(new SpeaksMcp(about, upstream, url, modern, legacy), admitted);
        examination.add(new UpstreamAnswersQuickly(about, server), speaks);
        examination.add(new SessionBehaviour(about, upstream, server, legacy), speaks);
    }
}
