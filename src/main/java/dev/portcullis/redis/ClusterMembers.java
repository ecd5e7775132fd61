package dev.portcullis.redis;

import dev.portcullis.config.RedisAddress.Server;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whichever server of a cluster answers first, among those of the configuration and those that the cluster named since: servers come and go
 * while a process lives. Event-loop confined.
 */
final class ClusterMembers implements Locator {
    private final Clients clients;
    private final List<Server> configured;
    // Of the last answer, no more than a cluster has servers.
    private Set<Server> named = Set.of();

    ClusterMembers(Clients clients, List<Server> configured) {
        this.clients = clients;
        this.configured = configured;
    }

    @Override
    public Future<Server> locate() {
        Set<Server> asked = new LinkedHashSet<>(configured);
        asked.addAll(named);
        List<Future<Server>> answers = asked.stream().map(this::ask).toList();
        return Future.any(answers)
                .map(any -> answers.stream()
                        .filter(Future::succeeded)
                        .findFirst()
                        .orElseThrow()
                        .result())
                .recover(failure -> Future.failedFuture(answers.stream()
                        .map(Future::cause)
                        // One that answers, but not as a server of a cluster does, says more than those that do not.
                        .filter(ErrorType.class::isInstance)
                        .findFirst()
                        .orElseGet(() -> new Outage("redis", "no server of the cluster answers"))));
    }

    private Future<Server> ask(Server server) {
        return clients.ask(server, Request.cmd(Command.CLUSTER).arg("SLOTS")).compose(slots -> {
            Set<Server> known = ClusterMap.of(server, slots).known();
            if (known.isEmpty()) {
                return Future.failedFuture(new Outage("redis", "the server was taken out of the cluster"));
            }
            named = known;
            return Future.succeededFuture(server);
        });
    }
}
