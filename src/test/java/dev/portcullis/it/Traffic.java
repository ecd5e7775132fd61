package dev.portcullis.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Actors at work, each on a thread of its own; what they got done, and what went wrong. */
final class Traffic implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, List<Actor>> actors = new TreeMap<>();
    private final List<CompletableFuture<Void>> running = new ArrayList<>();
    private final Map<String, ConcurrentLinkedQueue<Long>> durations = new ConcurrentHashMap<>();
    private final List<RequestFailedException> failures = new CopyOnWriteArrayList<>();
    private final Map<String, List<RequestFailedException>> failed = new ConcurrentHashMap<>();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final long began = System.nanoTime();
    private volatile boolean ended;

    /** @param period from the beginning of one act to that of the next, unless it takes longer */
    void add(String kind, int many, Duration period, Supplier<? extends Actor> supplier) {
        ConcurrentLinkedQueue<Long> took = durations.computeIfAbsent(kind, name -> new ConcurrentLinkedQueue<>());
        for (int i = 0; i < many; i++) {
            Actor actor = supplier.get();
            actors.computeIfAbsent(kind, name -> new ArrayList<>()).add(actor);
            running.add(CompletableFuture.runAsync(() -> work(kind, actor, period.toNanos(), took), threads));
        }
    }

    private void work(String kind, Actor actor, long period, ConcurrentLinkedQueue<Long> took) {
        long next = System.nanoTime();
        while (!ended) {
            long from = System.nanoTime();
            try {
                actor.act();
                took.add(System.nanoTime() - from);
            } catch (RequestFailedException e) {
                if (!ended) {
                    failures.add(e);
                    failed.computeIfAbsent(kind, name -> new CopyOnWriteArrayList<>())
                            .add(e);
                }
            } catch (RuntimeException | AssertionError e) {
                faults.add(e);
            }
            next = Math.max(next + period, from);
            try {
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Lets them come to an end. */
    void end() {
        ended = true;
        actors.values().forEach(some -> some.forEach(Actor::leave));
        running.forEach(CompletableFuture::join);
        threads.shutdown();
    }

    /** After the end: those for whom what they built up is not good at this gateway. */
    List<Actor> lostAt(String gateway) {
        return actors.keySet().stream()
                .flatMap(kind -> lostAt(gateway, kind).stream())
                .toList();
    }

    /** Of one kind. */
    List<Actor> lostAt(String gateway, String kind) {
        return actors.getOrDefault(kind, List.of()).stream()
                .filter(actor -> !actor.isUsableAt(gateway))
                .toList();
    }

    List<RequestFailedException> failures() {
        return List.copyOf(failures);
    }

    List<RequestFailedException> failures(String kind) {
        return List.copyOf(failed.getOrDefault(kind, List.of()));
    }

    /** What should never be: neither an answer nor a failed request. */
    List<Throwable> faults() {
        return List.copyOf(faults);
    }

    int done(String kind) {
        return durations.getOrDefault(kind, new ConcurrentLinkedQueue<>()).size();
    }

    /** How many acts of each kind, and how long they took. */
    String figures() {
        StringBuilder text = new StringBuilder();
        double seconds = (System.nanoTime() - began) / 1e9;
        durations.forEach((kind, took) -> {
            List<Long> sorted = took.stream().sorted().toList();
            if (!sorted.isEmpty()) {
                text.append(String.format(
                        "%s: %d (%.0f/s), median %.1f ms, p99 %.1f ms, longest %.1f ms; ",
                        kind,
                        sorted.size(),
                        sorted.size() / seconds,
                        sorted.get(sorted.size() / 2) / 1e6,
                        sorted.get(sorted.size() * 99 / 100) / 1e6,
                        sorted.get(sorted.size() - 1) / 1e6));
            }
        });
        Map<String, Integer> counts = new TreeMap<>();
        failed.forEach((kind, which) -> counts.put(kind, which.size()));
        return text.append("failed: ").append(counts).toString();
    }

    @Override
    public void close() {
        ended = true;
        actors.values().forEach(some -> some.forEach(Actor::leave));
        threads.shutdownNow();
    }
}
