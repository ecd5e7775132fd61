package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.RedisAddress;
import dev.portcullis.config.RedisAddress.Server;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Asks all Sentinels at once where the master is, and believes the one that knows of the latest failover (Redis documentation, "High
 * availability with Redis Sentinel", "Configuration epochs") as soon as most have answered: one that is frozen or cut off keeps nobody waiting. Event-loop confined.
 */
final class Sentinels implements Locator {
    private static final Duration STILL_THERE = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final Clients clients;
    private final GatewayConfig.Redis config;
    private final RedisAddress address;
    // Most may not have heard yet of what one of them told: an older word counts when nobody says otherwise.
    private long believed;
    private Optional<SentinelNews> news = Optional.empty();

    private record Word(Server master, long epoch) {}

    Sentinels(Vertx vertx, Clients clients, GatewayConfig.Redis config) {
        this.vertx = vertx;
        this.clients = clients;
        this.config = config;
        this.address = config.address();
    }

    @Override
    public Future<Server> locate() {
        List<Request> questions = Stream.of("MASTER", "GET-MASTER-ADDR-BY-NAME")
                .map(question -> Request.cmd(Command.SENTINEL).arg(question).arg(address.master()))
                .toList();
        Promise<Word> found = Promise.promise();
        List<Word> words = new ArrayList<>();
        int most = address.servers().size() / 2 + 1;
        List<Future<Void>> answers = address.servers().stream()
                .map(sentinel -> clients.askSentinel(sentinel, questions).<Void>map(replies -> {
                    words.add(word(replies.get(0), replies.get(1)));
                    if (words.size() >= most) {
                        latest(words).filter(word -> word.epoch() >= believed).ifPresent(found::tryComplete);
                    }
                    return null;
                }))
                .toList();
        Future.join(answers)
                .onComplete(all -> latest(words)
                        .ifPresentOrElse(
                                found::tryComplete,
                                () -> found.tryFail(new Outage("redis", "no Sentinel names a master"))));
        return found.future().map(word -> {
            believed = word.epoch();
            return word.master();
        });
    }

    @Override
    public boolean changes() {
        return true;
    }

    @Override
    public void watch(Runnable changed) {
        SentinelNews begun = new SentinelNews(vertx, clients, address, config.timeout(), STILL_THERE, changed);
        news = Optional.of(begun);
        begun.start();
    }

    @Override
    public void close() {
        news.ifPresent(SentinelNews::close);
    }

    private static Optional<Word> latest(List<Word> words) {
        return words.stream().max(Comparator.comparingLong(Word::epoch));
    }

    /** Whoever conducts a failover knows its epoch before it describes the new master: but it names it. */
    private static Word word(Response described, Response named) {
        String host = String.valueOf(named.get(0));
        return new Word(
                new Server(
                        host.contains(":") ? "[" + host + "]" : host, Integer.parseInt(String.valueOf(named.get(1)))),
                Long.parseLong(String.valueOf(described.get("config-epoch"))));
    }
}
