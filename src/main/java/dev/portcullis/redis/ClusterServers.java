package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.RedisAddress.Server;
import dev.portcullis.outage.Outage;
import dev.portcullis.trace.CurrentSpan;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The masters of a Redis Cluster, a connection to each. A server that is away takes only its own keys with it; while one is, the cluster is
 * asked again and again who has taken over.
 */
final class ClusterServers implements Servers {
    private static final int LOOK_MS = 250;
    private static final int LOOKS_TO_REFRESH = 120;
    private static final int REDIRECTIONS = 5;
    private static final int TRY_AGAIN_MS = 50;

    private final Vertx vertx;
    private final GatewayConfig.Redis config;
    private final RedisMetrics metrics;
    private final Clients clients;
    // Concurrent, and the map volatile, for the readiness probe alone, which asks from another thread.
    private final Map<Server, Member> members = new ConcurrentHashMap<>();
    private volatile ClusterMap map = ClusterMap.empty();
    private Optional<Future<Void>> refresh = Optional.empty();
    private Optional<Long> timer = Optional.empty();
    private int looks = ThreadLocalRandom.current().nextInt(LOOKS_TO_REFRESH);
    private boolean closed;

    /** @param tried once the first attempt to connect is over */
    private record Member(CommandConnection connection, Future<Void> tried) {}

    ClusterServers(Vertx vertx, GatewayConfig.Redis config, RedisMetrics metrics, Clients clients) {
        this.vertx = vertx;
        this.config = config;
        this.metrics = metrics;
        this.clients = clients;
    }

    @Override
    public Future<Void> start() {
        timer = Optional.of(vertx.setPeriodic(LOOK_MS, tick -> {
            if (++looks % LOOKS_TO_REFRESH == 0 || !isUp()) {
                refresh();
            }
        }));
        return refresh()
                .compose(known ->
                        Future.join(members.values().stream().map(Member::tried).toList()))
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    @Override
    public boolean isUp() {
        return map.isWhole()
                && members.values().stream()
                        .allMatch(member -> member.connection().isUp());
    }

    @Override
    public Future<Response> send(int slot, Request request) {
        // Each step has a time-out of its own; this one is for all of them together.
        return send(slot, request, REDIRECTIONS)
                .timeout(config.timeout().toMillis() * 3 / 2, TimeUnit.MILLISECONDS)
                .onFailure(error -> {
                    if (error instanceof TimeoutException) {
                        refresh();
                    }
                });
    }

    private Future<Response> send(int slot, Request request, int redirections) {
        Optional<Server> owner = map.owner(slot);
        if (owner.isEmpty()) {
            return Future.failedFuture(new Outage("redis", "no server for this key"));
        }
        return member(owner.get())
                .connection()
                .send(request)
                .recover(error -> redirections == 0
                        ? Future.failedFuture(error)
                        : redirected(slot, request, redirections - 1, owner.get(), error));
    }

    /** Redis Cluster specification, "Redirection and resharding". */
    private Future<Response> redirected(int slot, Request request, int redirections, Server from, Throwable error) {
        switch (Replies.kind(error)) {
            case "MOVED":
                Server owner = target(from, error);
                map = map.with(slot, owner);
                refresh();
                return CurrentSpan.keep(member(owner).tried()).compose(tried -> send(slot, request, redirections));
            case "ASK":
                Member asked = member(target(from, error));
                return CurrentSpan.keep(asked.tried()).compose(tried -> {
                    asked.connection().send(Request.cmd(Command.ASKING));
                    // Of several keys some may not have arrived, or all have for good: the owner knows.
                    return asked.connection()
                            .send(request)
                            .recover(late -> redirections > 0 && isRedirection(late)
                                    ? vertx.timer(TRY_AGAIN_MS, TimeUnit.MILLISECONDS)
                                            .compose(waited -> send(slot, request, redirections - 1))
                                    : Future.failedFuture(late));
                });
            case "TRYAGAIN":
                return vertx.timer(TRY_AGAIN_MS, TimeUnit.MILLISECONDS)
                        .compose(waited -> send(slot, request, redirections));
            case "CLUSTERDOWN":
                refresh();
                return Future.failedFuture(error);
            default:
                return Future.failedFuture(error);
        }
    }

    private static boolean isRedirection(Throwable error) {
        return Set.of("MOVED", "ASK", "TRYAGAIN").contains(Replies.kind(error));
    }

    /** {@code MOVED 3999 127.0.0.1:6381}; without a host it is that of the server which says so. */
    private static Server target(Server from, Throwable error) {
        String[] words = String.valueOf(error.getMessage()).split(" ");
        int colon = words[2].lastIndexOf(':');
        String host = words[2].substring(0, colon);
        String literal = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return new Server(literal.isEmpty() ? from.host() : literal, Integer.parseInt(words[2].substring(colon + 1)));
    }

    private Member member(Server server) {
        Member known = members.get(server);
        if (known != null) {
            return known;
        }
        CommandConnection connection =
                new CommandConnection(vertx, config, metrics, () -> Future.succeededFuture(server));
        Member fresh = new Member(connection, connection.start());
        members.put(server, fresh);
        return fresh;
    }

    /** Concurrent callers share one; never fails. */
    private Future<Void> refresh() {
        if (refresh.isPresent()) {
            return refresh.get();
        }
        Future<Void> asking = ask().transform(answer -> {
            refresh = Optional.empty();
            if (answer.succeeded() && !closed) {
                adopt(answer.result());
            }
            return Future.succeededFuture();
        });
        refresh = Optional.of(asking).filter(running -> !running.isComplete());
        return asking;
    }

    private void adopt(ClusterMap fresh) {
        map = fresh;
        Set<Server> masters = fresh.masters();
        masters.forEach(this::member);
        members.entrySet().removeIf(known -> {
            boolean gone = !masters.contains(known.getKey());
            if (gone) {
                known.getValue().connection().close();
            }
            return gone;
        });
    }

    /** A master that is up; where none is, or it does not answer, every server that was ever named. */
    private Future<ClusterMap> ask() {
        List<Map.Entry<Server, Member>> up = new ArrayList<>(members.entrySet());
        up.removeIf(known -> !known.getValue().connection().isUp());
        if (up.isEmpty()) {
            return askAll();
        }
        Map.Entry<Server, Member> one = up.get(ThreadLocalRandom.current().nextInt(up.size()));
        return one.getValue()
                .connection()
                .send(slots())
                .map(answer -> ClusterMap.of(one.getKey(), answer))
                .recover(failure -> askAll());
    }

    private Future<ClusterMap> askAll() {
        Set<Server> servers = new LinkedHashSet<>(config.address().servers());
        servers.addAll(map.known());
        List<Future<ClusterMap>> answers = servers.stream()
                .map(server -> clients.ask(server, slots()).map(answer -> ClusterMap.of(server, answer)))
                .toList();
        return Future.any(answers)
                .map(any -> answers.stream()
                        .filter(Future::succeeded)
                        .findFirst()
                        .orElseThrow()
                        .result());
    }

    private static Request slots() {
        return Request.cmd(Command.CLUSTER).arg("SLOTS");
    }

    @Override
    public Future<Void> close() {
        closed = true;
        timer.ifPresent(vertx::cancelTimer);
        return Future.join(members.values().stream()
                        .map(member -> member.connection().close())
                        .toList())
                .mapEmpty();
    }
}
