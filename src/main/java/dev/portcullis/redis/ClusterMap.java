package dev.portcullis.redis;

import dev.portcullis.config.RedisAddress.Server;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which server of a cluster has which slot, as {@code CLUSTER SLOTS} says. Immutable.
 *
 * @param owners one for each slot
 * @param known the masters first, then their replicas
 */
record ClusterMap(List<Optional<Server>> owners, Set<Server> known) {

    static ClusterMap empty() {
        return new ClusterMap(List.of(), Set.of());
    }

    /** @param asked whose answer it is: a server that does not know its own name leaves it out */
    static ClusterMap of(Server asked, Response slots) {
        List<Optional<Server>> owners = new ArrayList<>(Collections.nCopies(HashSlot.COUNT, Optional.empty()));
        Set<Server> masters = new LinkedHashSet<>();
        Set<Server> replicas = new LinkedHashSet<>();
        for (Response range : slots) {
            Server master = server(asked, range.get(2));
            masters.add(master);
            Collections.fill(
                    owners.subList(range.get(0).toInteger(), range.get(1).toInteger() + 1), Optional.of(master));
            for (int i = 3; i < range.size(); i++) {
                replicas.add(server(asked, range.get(i)));
            }
        }
        masters.addAll(replicas);
        return new ClusterMap(Collections.unmodifiableList(owners), masters);
    }

    Optional<Server> owner(int slot) {
        return owners.isEmpty() ? Optional.empty() : owners.get(slot);
    }

    /** With another owner of one slot. */
    ClusterMap with(int slot, Server owner) {
        List<Optional<Server>> changed = new ArrayList<>(owners);
        changed.set(slot, Optional.of(owner));
        return new ClusterMap(Collections.unmodifiableList(changed), known);
    }

    /** Whether every slot has an owner. */
    boolean isWhole() {
        return !owners.isEmpty() && owners.stream().allMatch(Optional::isPresent);
    }

    Set<Server> masters() {
        Set<Server> masters = new HashSet<>();
        owners.forEach(owner -> owner.ifPresent(masters::add));
        return masters;
    }

    private static Server server(Server asked, Response description) {
        String host = description.get(0) == null ? "" : String.valueOf(description.get(0));
        int port = description.get(1).toInteger();
        return host.isEmpty() || host.equals("?")
                ? new Server(asked.host(), port)
                : new Server(host.contains(":") ? "[" + host + "]" : host, port);
    }
}
