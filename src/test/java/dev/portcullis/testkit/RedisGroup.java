package dev.portcullis.testkit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Servers that fail over, each a process: a cluster of three masters and three replicas, or a master, two replicas and three Sentinels. */
public final class RedisGroup implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SLOTS = 16384;
    private static final String PASSWORD = "gr0up/p@ss word";
    private static final String ENCODED = "gr0up%2Fp%40ss%20word";
    private static final String MASTER = "portcullis";
    /** Of {@link #guarded} Sentinels. */
    public static final String SENTINEL_USER = "watcher";

    public static final String SENTINEL_PASSWORD = "s3ntinel/p@ss";

    private final String url;
    private final List<RedisServer> servers;
    private final List<RedisServer> sentinels;

    private RedisGroup(String url, List<RedisServer> servers, List<RedisServer> sentinels) {
        this.url = url;
        this.servers = servers;
        this.sentinels = sentinels;
    }

    /** The first one is the master. */
    public static RedisGroup sentinel() {
        List<Integer> ports = Ports.free(6);
        List<RedisServer> servers = new ArrayList<>();
        String masterAt = "127.0.0.1 " + ports.get(0);
        for (int i = 0; i < 3; i++) {
            servers.add(RedisServer.start(ports.get(i), Optional.of(PASSWORD), i == 0 ? "" : "replicaof " + masterAt));
        }
        await().atMost(PATIENCE).until(() -> areSynchronous(servers));
        List<RedisServer> sentinels = ports.subList(3, 6).stream()
                .map(port -> RedisServer.startSentinel(
                        port,
                        Optional.empty(),
                        "sentinel monitor " + MASTER + " " + masterAt + " 2",
                        "sentinel auth-pass " + MASTER + " \"" + PASSWORD + "\"",
                        // With a second, Sentinels that get little time on a busy machine replace a master that was
                        // just promoted and is well.
                        "sentinel down-after-milliseconds " + MASTER + " 2000",
                        "sentinel failover-timeout " + MASTER + " 5000"))
                .toList();
        await().atMost(PATIENCE)
                .until(() -> sentinels.stream()
                        .allMatch(sentinel ->
                                sentinel.ask("SENTINEL", "CKQUORUM", MASTER).startsWith("OK 3")
                                        && sentinel.ask("SENTINEL", "REPLICAS", MASTER)
                                                        .lines()
                                                        .filter("name"::equals)
                                                        .count()
                                                == 2));
        String hosts = sentinels.stream().map(RedisServer::address).collect(Collectors.joining(","));
        return new RedisGroup("redis-sentinel://:" + ENCODED + "@" + hosts + "/1?master=" + MASTER, servers, sentinels);
    }

    /** A master and a Sentinel that has users of its own; the Sentinel tells others to find the master where this puts it. */
    public static RedisGroup guarded(IntUnaryOperator front) {
        List<Integer> ports = Ports.free(2);
        RedisServer server = RedisServer.start(ports.get(0), Optional.of(PASSWORD));
        int named = front.applyAsInt(server.port());
        RedisServer sentinel = RedisServer.startSentinel(
                ports.get(1),
                Optional.of("0perator"),
                "user " + SENTINEL_USER + " on >" + SENTINEL_PASSWORD + " resetchannels &+switch-master +@connection"
                        + " +subscribe +sentinel|get-master-addr-by-name +sentinel|master",
                "sentinel resolve-hostnames yes",
                "sentinel announce-hostnames yes",
                "sentinel monitor " + MASTER + " localhost " + named + " 1",
                // What is in front may be nothing that a Sentinel can talk to.
                "sentinel down-after-milliseconds " + MASTER + " 3600000");
        return new RedisGroup(
                "redis-sentinel://:" + ENCODED + "@localhost:" + front.applyAsInt(sentinel.port()) + "/1?master="
                        + MASTER,
                List.of(server),
                List.of(sentinel));
    }

    /** The first three are the masters, in the order of their slots; the others their replicas in the same order. */
    public static RedisGroup cluster() {
        return cluster(1, port -> port);
    }

    /**
     * A cluster whose servers tell clients and each other to find them where this puts them.
     *
     * @param replicas of each of three masters, none or one
     */
    public static RedisGroup cluster(int replicas, IntUnaryOperator front) {
        int size = 3 + 3 * replicas;
        List<RedisServer> servers = Ports.freeWithBus(size).stream()
                .map(port -> RedisServer.start(
                        port,
                        Optional.of(PASSWORD),
                        "cluster-enabled yes",
                        "cluster-node-timeout 1500",
                        "cluster-announce-port " + front.applyAsInt(port),
                        "cluster-announce-bus-port " + (port + 10_000)))
                .toList();
        for (int i = 0; i < 3; i++) {
            List<String> add = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
            IntStream.range(SLOTS * i / 3, SLOTS * (i + 1) / 3)
                    .mapToObj(String::valueOf)
                    .forEach(add::add);
            servers.get(i).ask(add.toArray(String[]::new));
            servers.get(i).ask("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
        }
        servers.forEach(server -> servers.get(0).ask("CLUSTER", "MEET", "127.0.0.1", String.valueOf(server.port())));
        await().atMost(PATIENCE)
                .until(() -> servers.stream()
                        .allMatch(
                                server -> server.ask("CLUSTER", "NODES").lines().count() == size));
        for (int i = 3; i < size; i++) {
            String master = servers.get(i - 3).ask("CLUSTER", "MYID");
            RedisServer replica = servers.get(i);
            await().atMost(PATIENCE)
                    .until(() -> replica.ask("CLUSTER", "REPLICATE", master).startsWith("OK"));
        }
        await().atMost(PATIENCE)
                .until(() -> servers.stream()
                        .allMatch(server -> server.ask("CLUSTER", "INFO").contains("cluster_state:ok")
                                && server.ask("CLUSTER", "NODES")
                                                .lines()
                                                .filter(line -> line.contains("slave"))
                                                .count()
                                        == size - 3));
        RedisGroup group = new RedisGroup(
                "redis-cluster://:" + ENCODED + "@"
                        + servers.subList(0, 3).stream()
                                .map(server -> "127.0.0.1:" + front.applyAsInt(server.port()))
                                .collect(Collectors.joining(",")),
                servers,
                List.of());
        if (replicas > 0) {
            group.awaitReplicas();
        }
        return group;
    }

    public String url() {
        return url;
    }

    public RedisServer server(int index) {
        return servers.get(index);
    }

    /** Whether one that began as a replica is no longer one. */
    public boolean hasAnotherPrimary() {
        return servers.stream()
                .skip(sentinels.isEmpty() ? 3 : 1)
                .anyMatch(server -> server.info("role").equals("master"));
    }

    /** Until every replica has what its master has: else a failover would lose what it must not be blamed for. */
    public void awaitReplicas() {
        if (sentinels.isEmpty()) {
            for (int i = 0; i < 3; i++) {
                List<RedisServer> pair = List.of(servers.get(i), servers.get(i + 3));
                await().atMost(PATIENCE).until(() -> areSynchronous(pair));
            }
        } else {
            List<RedisServer> masterFirst = new ArrayList<>(servers);
            RedisServer master = master();
            masterFirst.remove(master);
            masterFirst.add(0, master);
            await().atMost(PATIENCE).until(() -> areSynchronous(masterFirst));
        }
    }

    /** Asks a Sentinel to put a replica in the master's place. */
    public void failOver() {
        String begun = sentinels.get(0).ask("SENTINEL", "FAILOVER", MASTER);
        if (!begun.equals("OK")) {
            throw new AssertionError(begun);
        }
    }

    /** How many there were; of a cluster, how many replicas are in a primary's place. */
    public long failovers() {
        return sentinels.isEmpty()
                ? servers.stream()
                        .skip(3)
                        .filter(server -> server.info("role").equals("master"))
                        .count()
                : sentinels
                        .get(0)
                        .log()
                        .lines()
                        .filter(line -> line.contains("+switch-master"))
                        .count();
    }

    /** How many listen to a Sentinel for its news. */
    public long listeners(int sentinel) {
        return sentinels
                .get(sentinel)
                .ask("CLIENT", "LIST")
                .lines()
                .filter(line -> line.contains(" sub=1 "))
                .count();
    }

    public RedisServer sentinel(int index) {
        return sentinels.get(index);
    }

    /** The one of those behind Sentinels that answers, and calls itself the master. */
    public RedisServer master() {
        return await().atMost(PATIENCE)
                .until(
                        () -> servers.stream()
                                .filter(server -> server.info("role").equals("master"))
                                .toList(),
                        masters -> masters.size() == 1)
                .get(0);
    }

    /** The one that most of the Sentinels name. */
    public RedisServer named() {
        List<String> ports = sentinels.stream()
                .map(sentinel -> sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElse(""))
                .toList();
        return servers.stream()
                .filter(server -> ports.stream()
                                .filter(String.valueOf(server.port())::equals)
                                .count()
                        > sentinels.size() / 2)
                .findFirst()
                .orElseThrow(() -> new AssertionError("the Sentinels disagree"));
    }

    /** From now on the Sentinels name another server, and leave the master alone. */
    public void pointTo(RedisServer other) {
        for (RedisServer sentinel : sentinels) {
            sentinel.ask("SENTINEL", "REMOVE", MASTER);
            sentinel.ask("SENTINEL", "MONITOR", MASTER, "127.0.0.1", String.valueOf(other.port()), "2");
            sentinel.ask("SENTINEL", "SET", MASTER, "auth-pass", PASSWORD);
        }
    }

    /** Which of the first three has a slot of a cluster. */
    public int owner(int slot) {
        for (int i = 0; i < 3; i++) {
            String line = servers.get(i)
                    .ask("CLUSTER", "NODES")
                    .lines()
                    .filter(node -> node.contains("myself"))
                    .findFirst()
                    .orElseThrow();
            for (String range : line.split(" ")) {
                String[] ends = range.split("-");
                if (range.matches("\\d+(-\\d+)?")
                        && line.indexOf(" connected ") < line.indexOf(" " + range)
                        && Integer.parseInt(ends[0]) <= slot
                        && slot <= Integer.parseInt(ends[ends.length - 1])) {
                    return i;
                }
            }
        }
        throw new AssertionError("nobody has slot " + slot);
    }

    /** Redis Cluster specification, "Live reconfiguration". */
    public void beginMove(int slot, int from, int to) {
        setSlot(to, slot, "IMPORTING", id(from));
        setSlot(from, slot, "MIGRATING", id(to));
    }

    public void moveKeys(int slot, int from, int to) {
        List<String> keys = servers.get(from)
                .ask("CLUSTER", "GETKEYSINSLOT", String.valueOf(slot), "1000")
                .lines()
                .toList();
        keys.forEach(key -> moveKey(key, from, to));
    }

    public void moveKey(String key, int from, int to) {
        String port = String.valueOf(servers.get(to).port());
        String moved = servers.get(from).ask("MIGRATE", "127.0.0.1", port, key, "0", "2000", "AUTH", PASSWORD);
        if (!moved.equals("OK")) {
            throw new AssertionError(moved);
        }
    }

    public void endMove(int slot, int to) {
        for (int i = 0; i < 3; i++) {
            // The new owner first, so that nobody is sent away by both.
            setSlot((to + i) % 3, slot, "NODE", id(to));
        }
    }

    private void setSlot(int server, int slot, String state, String node) {
        String done = servers.get(server).ask("CLUSTER", "SETSLOT", String.valueOf(slot), state, node);
        if (!done.equals("OK")) {
            throw new AssertionError(done);
        }
    }

    private String id(int server) {
        return servers.get(server).ask("CLUSTER", "MYID");
    }

    private static boolean areSynchronous(List<RedisServer> masterAndReplicas) {
        String offset = masterAndReplicas.get(0).info("master_repl_offset");
        return masterAndReplicas.stream()
                .skip(1)
                .allMatch(replica -> replica.info("master_link_status").equals("up")
                        && replica.info("slave_repl_offset").equals(offset));
    }

    @Override
    public void close() {
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
    }
}
