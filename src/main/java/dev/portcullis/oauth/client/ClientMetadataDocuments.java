package dev.portcullis.oauth.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.config.ClientDocuments;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.DocumentUrl;
import dev.portcullis.fetch.FetchProblem;
import dev.portcullis.fetch.Fetched;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.SealedJson;
import dev.portcullis.trace.CurrentSpan;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients whose id is the address of a document about them. Fetched when first asked for, kept as long as its server allows within our bounds;
 * errors are never kept. A document whose server is in trouble is used a while longer: a client's web site must not end its users' sign-ins.
 * Event-loop confined.
 */
public final class ClientMetadataDocuments {
    private static final Logger LOG = LoggerFactory.getLogger(ClientMetadataDocuments.class);

    private final ClientDocuments config;
    private final DocumentTrust trust;
    private final ClientDocument reader;
    private final DocumentCache cache;
    private final DocumentFetcher fetcher;
    private final InstantSource clock;
    private final Cache<String, Instant> lookedAgain;
    private final Map<String, Future<Client>> underWay = new HashMap<>();

    public ClientMetadataDocuments(
            GatewayConfig config, DocumentFetcher fetcher, RedisLink redis, SealedJson sealed, InstantSource clock) {
        this.config = config.clientDocuments();
        this.trust = new DocumentTrust(config.clientDocuments(), config.publicUrl());
        this.reader = new ClientDocument(config, trust);
        this.cache = new DocumentCache(config.clientDocuments(), redis, sealed, reader, clock);
        this.fetcher = fetcher;
        this.clock = clock;
        this.lookedAgain = Caffeine.newBuilder()
                .maximumSize(config.clientDocuments().maxCached())
                .build();
    }

    /** Fails with {@link ClientDocumentProblem}. */
    Future<Client> find(String clientId) {
        DocumentUrl url;
        try {
            url = trust.document(clientId);
        } catch (FetchProblem problem) {
            return refused(clientId, problem);
        }
        Optional<Client> fresh = cache.near(clientId)
                .filter(kept -> kept.isFresh(clock.instant()))
                .map(Kept::value);
        return fresh.map(Future::succeededFuture)
                .orElseGet(() -> once(clientId, () -> cache.find(clientId).compose(kept -> renewed(url, kept))));
    }

    /**
     * The client as its document says now, where the last look is long enough ago: for a key id that is not in the document we know. Fails with
     * {@link ClientDocumentProblem}.
     */
    Future<Client> findAgain(Client known) {
        Optional<Kept<Client>> kept = cache.near(known.id());
        Instant now = clock.instant();
        Instant lately = now.minus(config.keySetCooldown());
        boolean cooling = Optional.ofNullable(lookedAgain.getIfPresent(known.id()))
                .filter(lately::isBefore)
                .isPresent();
        if (cooling || kept.filter(entry -> lately.isBefore(entry.fetchedAt())).isPresent()) {
            return Future.succeededFuture(kept.map(Kept::value).orElse(known));
        }
        lookedAgain.put(known.id(), now);
        try {
            DocumentUrl url = trust.document(known.id());
            return once(known.id(), () -> fetch(url)).recover(problem -> Future.succeededFuture(known));
        } catch (FetchProblem problem) {
            return refused(known.id(), problem);
        }
    }

    private Future<Client> renewed(DocumentUrl url, Optional<Kept<Client>> kept) {
        Instant now = clock.instant();
        if (kept.filter(entry -> entry.isFresh(now)).isPresent()) {
            return Future.succeededFuture(kept.get().value());
        }
        return fetch(url).recover(failure -> {
            boolean passing = failure instanceof ClientDocumentProblem problem && problem.isPassing();
            if (!passing) {
                cache.remove(url.text());
            }
            return passing && kept.filter(entry -> entry.isUsable(now)).isPresent()
                    ? Future.succeededFuture(kept.get().value())
                    : Future.failedFuture(failure);
        });
    }

    private Future<Client> fetch(DocumentUrl url) {
        return fetcher.fetch(url, config.maxDocumentBytes())
                .recover(failure -> failure instanceof FetchProblem problem
                        ? Future.failedFuture(ClientDocumentProblem.of(url.text(), problem))
                        : Future.failedFuture(failure))
                .map(fetched -> adopt(url, fetched))
                .onFailure(failure -> LOG.atWarn()
                        .addKeyValue("host", url.displayHost())
                        .addKeyValue("reason", failure.getMessage())
                        .log("a client metadata document cannot be used"));
    }

    private Client adopt(DocumentUrl url, Fetched fetched) {
        Client client = reader.read(url.text(), fetched.text());
        fetched.freshFor()
                .ifPresent(freshFor -> cache.put(
                        url.text(), fetched.text(), Kept.of(client, clock.instant(), freshFor, config.cache())));
        return client;
    }

    /** Whoever asks for what is being fetched already waits for the same answer. */
    private Future<Client> once(String address, Supplier<Future<Client>> fetch) {
        Future<Client> running = underWay.get(address);
        if (running != null) {
            return CurrentSpan.keep(running);
        }
        Future<Client> started = fetch.get();
        underWay.put(address, started);
        return started.onComplete(done -> underWay.remove(address));
    }

    private static Future<Client> refused(String address, FetchProblem problem) {
        return Future.failedFuture(ClientDocumentProblem.of(address, problem));
    }
}
