package dev.portcullis.testkit;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sessions that are refreshed and used all the time, and people who log in, each request at the next of two gateways. Where a refresh is
 * refused the session goes on with the token it has, as clients do.
 */
public final class Crowd implements AutoCloseable {
    private static final long REFRESH_MS = 100;
    private static final long LOGIN_MS = 200;
    private static final int REMEMBERED = 20;

    private final World world;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<CompletableFuture<Void>> working = new ArrayList<>();
    private final List<Session> sessions = new ArrayList<>();
    private final Deque<Session> newcomers = new ArrayDeque<>();
    private final List<Refusal> refusals = new CopyOnWriteArrayList<>();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger refreshes = new AtomicInteger();
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean ended;

    /**
     * A refresh or a step of a login that got something else than it asked for.
     *
     * @param began and ended by the clock of {@code System.nanoTime}
     */
    public record Refusal(String what, long began, long ended, Answer answer) {
        public Duration took() {
            return Duration.ofNanos(ended - began);
        }

        @Override
        public String toString() {
            return what + ": " + answer.status() + " after " + took().toMillis() + " ms " + answer.body();
        }
    }

    /** @param warm an access token that both gateways have seen */
    private record Session(TestClient client, String warm, String[] refreshToken) {}

    private Crowd(World world) {
        this.world = world;
    }

    /** @param logins whether people log in as well */
    public static Crowd of(World world, int sessions, boolean logins) {
        Crowd crowd = new Crowd(world);
        for (int i = 0; i < sessions; i++) {
            crowd.sessions.add(crowd.signIn());
        }
        crowd.sessions.forEach(session -> crowd.work(REFRESH_MS, () -> crowd.refresh(session)));
        if (logins) {
            crowd.work(LOGIN_MS, crowd::logIn);
        }
        return crowd;
    }

    private Session signIn() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        String warm = tokens.getString("access_token");
        for (int gateway = 0; gateway < Replicas.COUNT; gateway++) {
            client.echo(world.gateway(gateway) + "/demo/mcp", warm, "hi");
        }
        return new Session(client, warm, new String[] {tokens.getString("refresh_token")});
    }

    private void work(long period, Runnable act) {
        working.add(CompletableFuture.runAsync(
                () -> {
                    while (!ended) {
                        try {
                            act.run();
                            TimeUnit.MILLISECONDS.sleep(period);
                        } catch (InterruptedException e) {
                            return;
                        } catch (RuntimeException | AssertionError e) {
                            faults.add(e);
                        }
                    }
                },
                threads));
    }

    private void refresh(Session session) {
        String cold = "";
        long began = System.nanoTime();
        Answer answer = session.client().refresh(next(), session.refreshToken()[0]);
        if (isGood("refresh", began, 200, answer)) {
            session.refreshToken()[0] = answer.json().getString("refresh_token");
            cold = answer.json().getString("access_token");
            refreshes.incrementAndGet();
        }
        call(session, session.warm());
        if (!cold.isEmpty()) {
            call(session, cold);
        }
    }

    private void call(Session session, String token) {
        Answer called = session.client().echo(next() + "/demo/mcp", token, "hi");
        if (called.status() != 200) {
            throw new AssertionError("a call got " + called.status() + " " + called.body());
        }
        calls.incrementAndGet();
    }

    private void logIn() {
        TestClient client = TestClient.register(world, next());
        Answer page = client.authorize(next());
        long began = System.nanoTime();
        Answer approved = client.approve(next(), page);
        if (!isGood("consent", began, 303, approved)) {
            return;
        }
        Answer signedIn = client.signIn(approved);
        began = System.nanoTime();
        Answer back = client.callback(next(), signedIn);
        if (!isGood("callback", began, 303, back)) {
            return;
        }
        String code = back.parameter("code").orElseThrow(() -> new AssertionError("no code: " + back.location()));
        began = System.nanoTime();
        Answer tokens = client.redeem(next(), code);
        if (isGood("redemption", began, 200, tokens)) {
            logins.incrementAndGet();
            newcomers.add(new Session(client, "", new String[] {tokens.json().getString("refresh_token")}));
            if (newcomers.size() > REMEMBERED) {
                newcomers.remove();
            }
        }
    }

    private boolean isGood(String what, long began, int expected, Answer answer) {
        if (answer.status() == expected) {
            return true;
        }
        refusals.add(new Refusal(what, began, System.nanoTime(), answer));
        return false;
    }

    private String next() {
        return world.gateway(turn.getAndIncrement());
    }

    public List<Refusal> refusals() {
        return List.copyOf(refusals);
    }

    /** What should never be: a call that failed, no answer, a page or a redirect that is none of those there are. */
    public List<Throwable> faults() {
        return List.copyOf(faults);
    }

    public int refreshes() {
        return refreshes.get();
    }

    public int logins() {
        return logins.get();
    }

    public int calls() {
        return calls.get();
    }

    /** Lets all of them finish what they are at. */
    public void end() {
        ended = true;
        working.forEach(CompletableFuture::join);
    }

    /** After the end: what sessions, those of the last logins among them, get at a gateway where they cannot be refreshed. */
    public List<String> lost() {
        List<Session> all = new ArrayList<>(sessions);
        all.addAll(newcomers);
        List<String> lost = new ArrayList<>();
        for (Session session : all) {
            for (int gateway = 0; gateway < Replicas.COUNT; gateway++) {
                Answer answer = session.client().refresh(world.gateway(gateway), session.refreshToken()[0]);
                if (answer.status() == 200) {
                    session.refreshToken()[0] = answer.json().getString("refresh_token");
                } else {
                    lost.add(answer.status() + " " + answer.body());
                }
            }
        }
        return lost;
    }

    @Override
    public void close() {
        ended = true;
        threads.shutdownNow();
    }
}
