package dev.portcullis;

import dev.portcullis.audit.AuditLog;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.http.RequestMetrics;
import dev.portcullis.mcp.Admissions;
import dev.portcullis.mcp.StreamOpenings;
import dev.portcullis.mcp.upstream.UpstreamMetrics;
import dev.portcullis.ops.Draining;
import dev.portcullis.ops.Readiness;
import dev.portcullis.ops.Reloads;
import dev.portcullis.ops.Vitals;
import dev.portcullis.pages.Pages;
import dev.portcullis.redis.RedisMetrics;
import dev.portcullis.token.DeniedClients;
import dev.portcullis.token.Revocations;
import dev.portcullis.token.VerifiedTokens;
import dev.portcullis.trace.Tracer;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What the event loops of a gateway have in common: immutable, or bounded and thread-safe. */
record Shared(
        KeyRing keys,
        VerifiedTokens verifiedTokens,
        Admissions admissions,
        StreamOpenings openings,
        Revocations revocations,
        DeniedClients denied,
        Pages pages,
        Readiness readiness,
        Draining draining,
        Reloads reloads,
        Vitals vitals,
        RequestMetrics requests,
        UpstreamMetrics upstreams,
        RedisMetrics redis,
        MeterRegistry metrics,
        Tracer tracer,
        AuditLog audit,
        SecureRandom random,
        InstantSource clock,
        int instances) {}
