package dev.portcullis.redis;

import dev.portcullis.config.RedisAddress;
import dev.portcullis.config.RedisAddress.Server;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Asks all Sentinels at once where the master is, and believes the one that knows of the latest failover (Redis documentation, "High
 * availability with Redis Sentinel", "Configuration epochs") as soon as most have answered: one that is frozen or cut off keeps nobody waiting.
 */
final class Sentinels implements Locator {
    private final Clients clients;
    private final RedisAddress address;

    private record Word(Server master, long epoch) {}

    Sentinels(Clients clients, RedisAddress address) {
        this.clients = clients;
        this.address = address;
    }

    @Override
    public Future<Server> locate() {
        Request question = Request.cmd(Command.SENTINEL).arg("MASTER").arg(address.master());
        Promise<Server> found = Promise.promise();
        List<Word> words = new ArrayList<>();
        int most = address.servers().size() / 2 + 1;
        List<Future<Void>> answers = address.servers().stream()
                .map(sentinel -> clients.askSentinel(sentinel, question).<Void>map(answer -> {
                    words.add(word(answer));
                    if (words.size() >= most) {
                        latest(words).ifPresent(found::tryComplete);
                    }
                    return null;
                }))
                .toList();
        Future.join(answers)
                .onComplete(all -> latest(words)
                        .ifPresentOrElse(
                                found::tryComplete,
                                () -> found.tryFail(new Outage("redis", "no Sentinel names a master"))));
        return found.future();
    }

    @Override
    public boolean changes() {
        return true;
    }

    private static Optional<Server> latest(List<Word> words) {
        return words.stream().max(Comparator.comparingLong(Word::epoch)).map(Word::master);
    }

    private static Word word(Response answer) {
        String host = String.valueOf(answer.get("ip"));
        return new Word(
                new Server(
                        host.contains(":") ? "[" + host + "]" : host,
                        Integer.parseInt(String.valueOf(answer.get("port")))),
                Long.parseLong(String.valueOf(answer.get("config-epoch"))));
    }
}
