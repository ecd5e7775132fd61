package dev.portcullis.dev.cognito;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What every request passes first: it is counted, limited and, if so switched, made to fail. */
final class Gate {
    private static final int MAX_CLIENTS = 1000;

    private final Faults faults;
    private final CallCounts counts;
    private final SimulatorClock clock;
    private final Map<String, Integer> requestsThisSecond = new HashMap<>();
    private long second;

    Gate(Faults faults, CallCounts counts, SimulatorClock clock) {
        this.faults = faults;
        this.counts = counts;
        this.clock = clock;
    }

    /** AWS's managed firewall rules block requests that do not say which program sends them. */
    void firewall(RoutingContext ctx) {
        String agent = ctx.request().getHeader("User-Agent");
        if (faults.wafNeedsUserAgent() && (agent == null || agent.isEmpty())) {
            Reply.send(
                    ctx,
                    403,
                    "text/html",
                    Buffer.buffer("<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1>"
                            + "</center></body></html>"));
        } else {
            ctx.next();
        }
    }

    Handler<RoutingContext> of(Call call) {
        return of(ctx -> call);
    }

    Handler<RoutingContext> of(Function<RoutingContext, Call> kind) {
        return ctx -> {
            Call call = kind.apply(ctx);
            counts.count(call);
            if (overLimit(ctx)) {
                give(ctx, (Fault.Answer) Fault.throttled());
                return;
            }
            faults.take(call).ifPresentOrElse(fault -> strike(ctx, fault), ctx::next);
        };
    }

    private static void strike(RoutingContext ctx, Fault fault) {
        if (fault instanceof Fault.Answer answer) {
            give(ctx, answer);
        } else if (fault instanceof Fault.Slow slow) {
            ctx.vertx().setTimer(Math.max(1, slow.delay().toMillis()), timer -> ctx.next());
        } else if (!(fault instanceof Fault.Silent)) {
            Reply.spoil(ctx, fault);
            ctx.next();
        }
    }

    private static void give(RoutingContext ctx, Fault.Answer answer) {
        Reply.send(ctx, answer.status(), answer.contentType(), Buffer.buffer(answer.body()));
    }

    private boolean overLimit(RoutingContext ctx) {
        int limit = faults.requestsPerSecondPerClient();
        if (limit == Integer.MAX_VALUE) {
            return false;
        }
        long now = clock.now().getEpochSecond();
        if (now != second || requestsThisSecond.size() >= MAX_CLIENTS) {
            second = now;
            requestsThisSecond.clear();
        }
        Optional<String> client = new Parameters(ctx.queryParams())
                .get("client_id")
                .or(() -> ClientAuthentication.claimedId(
                        Optional.ofNullable(ctx.request().getHeader("Authorization")),
                        new Parameters(ctx.request().formAttributes())));
        return client.map(id -> requestsThisSecond.merge(id, 1, Integer::sum) > limit)
                .orElse(false);
    }
}
