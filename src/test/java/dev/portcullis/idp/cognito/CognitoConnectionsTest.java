package dev.portcullis.idp.cognito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.outage.Outage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A Cognito that is slow: what is under way there, and what never gets there. */
class CognitoConnectionsTest {
    private static final int MAX = 7;
    private static final int MAX_WAITING = 3;
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final List<Promise<String>> sent = new CopyOnWriteArrayList<>();
    private final CognitoConnections connections = new CognitoConnections(
            vertx,
            MAX,
            MAX_WAITING,
            () -> List.of(OAuth2Auth.create(
                    vertx, new OAuth2Options().setClientId("id").setSite("http://localhost:1"))));

    @AfterEach
    void stop() {
        vertx.close();
    }

    @Test
    @DisplayName("no more calls are under way than there are connections, and the next goes when one has ended")
    void oneGoesWhenOneEnds() {
        List<Future<String>> calls = call(MAX + 2, LONG, LONG);
        await().until(() -> sent.size() == MAX);
        sent.get(0).complete("first");
        await().until(() -> sent.size() == MAX + 1);
        sent.get(1).fail("second");
        await().until(() -> sent.size() == MAX + 2);
        sent.forEach(promise -> promise.tryComplete("late"));
        await().until(() -> calls.stream().allMatch(Future::isComplete));
        assertThat(calls.get(0).result()).isEqualTo("first");
        assertThat(calls).filteredOn(Future::failed).hasSize(1);
    }

    @Test
    @DisplayName("AS-30: what waited too long for a connection is never sent, though one becomes free")
    void whatWasGivenUpIsNotSent() {
        call(MAX, LONG, LONG);
        List<Future<String>> late = call(MAX_WAITING, SHORT, LONG);
        await().until(() -> late.stream().allMatch(Future::failed));
        assertThat(late).allSatisfy(call -> assertThat(call.cause()).isInstanceOf(Outage.class));
        sent.forEach(promise -> promise.complete("done"));
        List<Future<String>> next = call(1, LONG, LONG);
        await().until(() -> sent.size() == MAX + 1);
        sent.get(MAX).complete("next");
        await().until(() -> next.get(0).succeeded());
        assertThat(sent).hasSize(MAX + 1);
    }

    @Test
    @DisplayName("AS-30: the line has an end, and who finds it full is told at once")
    void theLineHasAnEnd() {
        call(MAX + MAX_WAITING, LONG, LONG);
        List<Future<String>> tooMany = call(1, LONG, LONG);
        await().until(() -> tooMany.get(0).failed());
        assertThat(tooMany.get(0).cause()).isInstanceOf(Outage.class);
    }

    @Test
    @DisplayName("a call whose answer is not awaited any more keeps its connection until it has ended")
    void aCallThatHangs() {
        List<Future<String>> hanging = call(MAX, LONG, SHORT);
        await().until(() -> hanging.stream().allMatch(Future::failed));
        assertThat(hanging).allSatisfy(call -> assertThat(call.cause()).isInstanceOf(TimeoutException.class));
        List<Future<String>> next = call(1, SHORT, LONG);
        await().until(() -> next.get(0).failed());
        assertThat(sent).hasSize(MAX);
    }

    private List<Future<String>> call(int times, Duration patience, Duration limit) {
        return IntStream.range(0, times)
                .mapToObj(i -> {
                    Promise<String> result = Promise.promise();
                    loop.runOnContext(now -> connections
                            .use(0, patience, limit, client -> {
                                Promise<String> answer = Promise.promise();
                                sent.add(answer);
                                return answer.future();
                            })
                            .onComplete(result));
                    return result.future();
                })
                .toList();
    }
}
