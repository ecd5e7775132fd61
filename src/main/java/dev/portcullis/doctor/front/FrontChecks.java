package dev.portcullis.doctor.front;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Examination;
import dev.portcullis.doctor.check.Known;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.ClockAgrees;
import dev.portcullis.doctor.wire.NameResolves;
import dev.portcullis.doctor.wire.Wire;
import dev.portcullis.token.ProbeTokens;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which checks there are, and which build on which. */
public final class FrontChecks {
    private final Vertx vertx;
    private final GatewayConfig config;
    private final Wire wire;
    private final InstantSource clock;
    private final Map<String, Check> reached = new HashMap<>();
    private final Set<String> probed = new HashSet<>();

    public FrontChecks(Vertx vertx, GatewayConfig config, Wire wire, InstantSource clock) {
        this.vertx = vertx;
        this.config = config;
        this.wire = wire;
        this.clock = clock;
    }

    /**
     * @param keys of the gateway, if they can be had
     * @param readable the check of that
     */
    public void add(Examination examination, Optional<KeyRing> keys, Check readable) {
        String issuer = config.publicUrl();
        Once<Answer> metadata = new Once<>(() -> wire.get(issuer + "/.well-known/oauth-authorization-server"));
        Check own = reach(examination, issuer, metadata);
        reached.put(issuer, own);
        Check ours = examination.add(new IssuerIsOurs(issuer, metadata), own);
        keys.ifPresent(ring -> examination.add(new KeysArePublished(issuer, wire, ring), ours, readable));
        for (GatewayConfig.Upstream upstream : config.upstreams().values()) {
            Check there = reached.computeIfAbsent(
                    upstream.origin(),
                    origin -> reach(examination, origin, new Once<>(() -> wire.get(upstream.metadataUrl()))));
            examination.add(new ResourceIsDescribed(upstream, issuer, wire), there);
            Check challenge = examination.add(new ChallengeArrives(upstream, wire), there);
            examination.add(new HeadersFit(upstream, config.http().maxHeaderBytes(), wire), challenge);
            keys.ifPresentOrElse(
                    ring -> probe(examination, upstream, ring, challenge),
                    () -> examination.add(new Known(
                            "public.stream",
                            Optional.of(upstream.name()),
                            new Outcome.Skipped("needs the gateway's keys"))));
        }
    }

    private Check reach(Examination examination, String origin, Once<Answer> first) {
        Check resolved = examination.add(new NameResolves(
                "public.resolve",
                Optional.of(origin),
                vertx,
                origin,
                "Make a DNS record for it that this network sees too."));
        Check answers = examination.add(new PublicUrlAnswers(origin, first), resolved);
        return origin.startsWith("https")
                ? examination.add(new CertificateIsGood(origin, first, clock), answers)
                : answers;
    }

    private void probe(Examination examination, GatewayConfig.Upstream upstream, KeyRing ring, Check challenge) {
        ProbeTokens tokens = new ProbeTokens(new Sealer(ring, new SecureRandom()), clock);
        Once<Stream> stream = new Once<>(() -> Stream.open(wire, upstream.resource(), tokens, clock));
        Check flows = examination.add(new StreamsFlow(upstream.name(), stream), challenge);
        if (probed.add(upstream.origin())) {
            examination.add(new ProxiesAreKnown(upstream.origin(), config.http(), stream), flows);
            examination.add(
                    new ClockAgrees(
                            "clock.public",
                            "the gateway at " + upstream.origin(),
                            new Once<>(() -> stream.get().map(Stream::ahead)),
                            config.tokens().clockSkew()),
                    flows);
        }
    }
}
