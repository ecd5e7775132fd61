package dev.portcullis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Authenticator;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.crypto.TokenEncryption;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.http.ClientAddress;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.mcp.McpEndpoint;
import dev.portcullis.mcp.McpEndpoints;
import dev.portcullis.mcp.OpenStreams;
import dev.portcullis.oauth.authorize.AuthorizationEndpoint;
import dev.portcullis.oauth.client.ClientAssertionVerifier;
import dev.portcullis.oauth.client.ClientAuthenticator;
import dev.portcullis.oauth.client.ClientIdCodec;
import dev.portcullis.oauth.client.ClientMetadataDocuments;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.client.RegistrationHandler;
import dev.portcullis.oauth.connections.ConnectionsEndpoint;
import dev.portcullis.oauth.grant.AuthorizationCodes;
import dev.portcullis.oauth.grant.Grants;
import dev.portcullis.oauth.grant.Revoker;
import dev.portcullis.oauth.grant.SignOuts;
import dev.portcullis.oauth.grant.UserGrants;
import dev.portcullis.oauth.limit.AddressLimit;
import dev.portcullis.oauth.limit.IdpBudget;
import dev.portcullis.oauth.login.Login;
import dev.portcullis.oauth.login.Logins;
import dev.portcullis.oauth.metadata.MetadataDocuments;
import dev.portcullis.oauth.token.RevocationEndpoint;
import dev.portcullis.oauth.token.TokenEndpoint;
import dev.portcullis.redis.RateCell;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.SealedJson;
import dev.portcullis.token.AccessTokenIssuer;
import dev.portcullis.token.AccessTokenVerifier;
import dev.portcullis.token.RevokedGrants;
import dev.portcullis.token.UserAssertions;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Builds what answers requests, out of the parts of one event loop and those that all of them share. Everything that lasts is made once; what
 * depends on the upstreams or on the texts of the pages, again for each configuration.
 */
final class Composition {
    private final Vertx vertx;
    private final GatewayConfig config;
    private final Shared shared;
    private final RedisLink redis;
    private final IdentityProvider idp;
    private final OpenStreams streams;
    private final RandomTokens random;

    Composition(
            Vertx vertx,
            GatewayConfig config,
            Shared shared,
            RedisLink redis,
            IdentityProvider idp,
            OpenStreams streams,
            RandomTokens random) {
        this.vertx = vertx;
        this.config = config;
        this.shared = shared;
        this.redis = redis;
        this.idp = idp;
        this.streams = streams;
        this.random = random;
    }

    /** To be called once, because it also begins to end sign-ins that Cognito did not end; the function, for each configuration. */
    Function<GatewayConfig, Routes.Endpoints> endpoints() {
        Sealer sealer = new Sealer(shared.keys(), shared.random());
        SealedJson sealed = new SealedJson(sealer);
        Authenticator macs = new Authenticator(shared.keys());
        TokenEncryption encryption = new TokenEncryption(shared.keys());
        ClientIdCodec dynamic = new ClientIdCodec(macs);
        DocumentFetcher fetcher = new DocumentFetcher(vertx, config.clientDocuments(), shared.clock());
        Optional<ClientMetadataDocuments> documents = config.clientDocuments().enabled()
                ? Optional.of(new ClientMetadataDocuments(config, fetcher, redis, sealed, shared.clock()))
                : Optional.empty();
        Clients clients = new Clients(config, shared.denied(), dynamic, documents);
        ClientAssertionVerifier assertions =
                new ClientAssertionVerifier(config, documents, fetcher, redis, shared.clock());
        RevokedGrants revoked = new RevokedGrants(config, redis, shared.revocations());
        Grants grants = new Grants(config, redis, sealed, revoked, random, shared.clock());
        SignOuts signOuts =
                new SignOuts(vertx, config, redis, sealed, idp, shared.metrics(), shared.audit(), shared.clock());
        signOuts.start();
        Revoker revoker = new Revoker(grants, signOuts);
        UserGrants userGrants = new UserGrants(config, redis, grants, revoker, shared.audit());
        AuthorizationCodes codes = new AuthorizationCodes(config, redis, sealed, userGrants, random);
        RateCell rates = new RateCell(redis);
        IdpBudget budget = new IdpBudget(vertx, config.rateLimits(), rates, shared.metrics());
        Logins logins = new Logins(config, redis, sealed, idp, budget, revoker, random);
        ClientAuthenticator authenticator = new ClientAuthenticator(clients, assertions);
        AccessTokenIssuer issuer = new AccessTokenIssuer(config, shared.keys(), encryption, random, shared.clock());
        UserAssertions userAssertions = new UserAssertions(config, shared.keys(), random, shared.clock());
        AccessTokenVerifier verifier = new AccessTokenVerifier(
                vertx,
                config,
                shared.keys(),
                encryption,
                shared.verifiedTokens(),
                shared.revocations(),
                shared.denied(),
                idp,
                shared.clock());
        McpEndpoints mcp = new McpEndpoints(upstream -> new McpEndpoint(
                vertx,
                config,
                upstream,
                verifier,
                shared.admissions(),
                streams,
                shared.openings(),
                shared.upstreams(),
                shared.tracer(),
                shared.audit(),
                sealer,
                userAssertions,
                shared.clock(),
                shared.instances()));
        AddressLimit limit = new AddressLimit(
                rates,
                new ClientAddress(config.http()),
                shared.metrics(),
                config.redis().timeout().dividedBy(3));
        RegistrationHandler registration =
                new RegistrationHandler(config, dynamic, random, shared.audit(), shared.clock());
        TokenEndpoint token = new TokenEndpoint(
                vertx,
                config,
                authenticator,
                macs,
                issuer,
                codes,
                grants,
                revoker,
                idp,
                budget,
                shared.audit(),
                shared.clock());
        RevocationEndpoint revocation =
                new RevocationEndpoint(config, authenticator, macs, verifier, grants, revoker, shared.audit());
        return current -> {
            ConnectionsEndpoint connections = new ConnectionsEndpoint(
                    current,
                    logins,
                    sealer,
                    userGrants,
                    revoker,
                    shared.pages(),
                    shared.audit(),
                    random,
                    shared.clock());
            return new Routes.Endpoints(
                    limit,
                    registration,
                    new AuthorizationEndpoint(
                            current,
                            clients,
                            sealer,
                            logins,
                            Map.of(Login.Purpose.CONNECTIONS, connections::returned),
                            codes,
                            shared.pages(),
                            shared.audit(),
                            random,
                            shared.clock()),
                    token,
                    revocation,
                    connections,
                    new MetadataDocuments(current, shared.keys()),
                    shared.pages(),
                    mcp.of(current));
        };
    }
}
