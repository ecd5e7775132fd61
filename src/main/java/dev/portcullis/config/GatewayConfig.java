package dev.portcullis.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The whole configuration, checked. {@code conf/gateway.yaml} documents each value; {@link ConfigReader} holds the defaults and bounds.
 *
 * @param publicUrl the issuer identifier and the origin of every URL that clients see; without a slash at its end (RFC 8414 §2)
 * @param clients that the operator registered, by client id
 * @param deniedClients ids of clients of any kind that may do nothing, or what logs call them
 * @param reload how often the file is read again
 * @param upstreams by name, in the order of the file
 */
public record GatewayConfig(
        String publicUrl,
        Listen listen,
        Listen management,
        Logging logging,
        Telemetry telemetry,
        Drain drain,
        Cognito cognito,
        Redis redis,
        Keys keys,
        Login login,
        Approvals approvals,
        Tokens tokens,
        Refresh refresh,
        RateLimits rateLimits,
        Revocation revocation,
        Connections connections,
        Registration registration,
        ClientDocuments clientDocuments,
        Map<String, PreRegisteredClient> clients,
        Set<String> deniedClients,
        Resources resources,
        Http http,
        Duration reload,
        Map<String, Upstream> upstreams) {

    /** Plain http on this machine: the only case in which cookies go without {@code Secure}. */
    public boolean isPlainHttp() {
        return publicUrl.startsWith("http://");
    }

    /** @param port 0 takes a free one */
    public record Listen(String host, int port) {

        /** Vert.x would start both servers there, and give each connection to one of them. Other names of one address fail when it is bound. */
        boolean isAt(Listen other) {
            return port != 0 && port == other.port && host.equalsIgnoreCase(other.host);
        }
    }

    /**
     * @param url may hold a password: a secret
     * @param address what it says
     * @param sentinelUser where Sentinels have users of their own; they are not asked with those of Redis
     * @param timeout for one command, and for connecting
     * @param maxPending commands that may wait for an answer on one event loop; beyond, calls fail at once
     */
    public record Redis(
            Secret url,
            RedisAddress address,
            RedisTls tls,
            Optional<String> sentinelUser,
            Optional<Secret> sentinelPassword,
            Duration timeout,
            int maxPending) {

        Redis with(Duration otherTimeout) {
            return new Redis(url, address, tls, sentinelUser, sentinelPassword, otherTimeout, maxPending);
        }
    }

    /**
     * @param pendingTtl how long a person may take from the consent page to the end of the login
     * @param codeTtl life of an authorization code
     * @param spentCodeTtl how long a spent code is remembered, so that its replay is recognised
     */
    public record Login(Duration pendingTtl, Duration codeTtl, Duration spentCodeTtl) {}

    /**
     * @param accessTokenTtl at most; a token never outlives the Cognito token inside it
     * @param clockSkew tolerated between the clocks of Cognito, of the replicas and of this machine
     * @param cacheSize verified tokens remembered, for the whole process
     */
    public record Tokens(
            Duration accessTokenTtl, Subject subject, CognitoToken cognitoToken, Duration clockSkew, int cacheSize) {}

    /** What the {@code sub} of an access token names. */
    public enum Subject {
        USER,
        CLIENT
    }

    /** How the Cognito access token travels inside ours. */
    public enum CognitoToken {
        ENCRYPTED,
        PLAIN
    }

    /**
     * Dynamic client registration.
     *
     * @param privateUseSchemes schemes such as {@code cursor} that redirect URIs may have besides https and loopback http
     */
    public record Registration(
            boolean enabled, int maxMetadataBytes, int maxRedirectUris, List<String> privateUseSchemes) {}

    /** @param defaultUpstream the one meant by clients that send no {@code resource} parameter; without it they are refused */
    public record Resources(Optional<String> defaultUpstream) {}

    /**
     * @param maxHeaderBytes inbound, for all headers together; a wrapped Cognito token alone is 2 to 8 KiB
     * @param maxFormBytes body of a form or registration request
     * @param headTimeout until the head of the first request on a connection is whole
     * @param bodyTimeout until a body is whole that the gateway reads itself
     * @param keepAlive how long a connection may be without a request
     * @param origins of web pages that may call the MCP endpoints, besides our own
     * @param trustedProxies whose word about the client's address is believed
     * @param forwardedHeader where they write it: {@code X-Forwarded-For} or {@code Forwarded} (RFC 7239)
     */
    public record Http(
            int maxHeaderBytes,
            int maxFormBytes,
            Duration headTimeout,
            Duration bodyTimeout,
            Duration keepAlive,
            List<String> origins,
            List<Cidr> trustedProxies,
            String forwardedHeader) {}

    /**
     * One MCP server behind the gateway.
     *
     * @param endpoints where its replicas answer; at least one
     * @param resource its identifier for clients: the public URL of its MCP endpoint (RFC 8707, RFC 9728)
     * @param scopes a client needs all of them
     * @param scopeDescriptions what scopes mean to people, where the operator says so
     * @param audience what an assertion names as the one it is for
     * @param headers added to every request to it, for example an API key
     */
    public record Upstream(
            String name,
            String displayName,
            List<URI> endpoints,
            String resource,
            List<String> scopes,
            Map<String, String> scopeDescriptions,
            Identity identity,
            String audience,
            Map<String, Secret> headers,
            UpstreamTransport transport,
            UpstreamLimits limits,
            ToolPolicy tools) {
        private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

        /** Where its RFC 9728 document is: the well-known string goes between host and path (RFC 9728 §3.1). */
        public String metadataUrl() {
            return origin() + WELL_KNOWN + path();
        }

        /** That clients see it at. */
        public String origin() {
            return resource.substring(0, resource.length() - path().length());
        }

        /** That clients see it at. */
        public String path() {
            return URI.create(resource).getRawPath();
        }

        /** What clients may ask for: what all of them need, and what some tools need besides. */
        public List<String> offeredScopes() {
            return Stream.concat(scopes.stream(), tools.scopes().stream())
                    .distinct()
                    .toList();
        }
    }

    /** What an upstream is told about the user. */
    public enum Identity {
        HEADERS,
        /** A JWT of ours as bearer. */
        ASSERTION,
        /** The Cognito access token as bearer. */
        COGNITO,
        NONE;

        boolean isBearer() {
            return this == ASSERTION || this == COGNITO;
        }
    }

    /**
     * This configuration with what of the other can change without a restart: the upstreams, which of them is meant by default, and the denied
     * clients.
     */
    public GatewayConfig withChangesOf(GatewayConfig other) {
        return with(cognito, redis, other.deniedClients, other.resources, other.upstreams);
    }

    /** This configuration with one client secret, or none. */
    public GatewayConfig withClientSecret(Optional<Secret> secret) {
        return with(
                cognito.with(secret.stream().toList(), cognito.timeout()), redis, deniedClients, resources, upstreams);
    }

    /** This configuration with at least so much time for each answer of Cognito and Redis. */
    public GatewayConfig withPatience(Duration patience) {
        Duration forCognito = longer(cognito.timeout(), patience);
        Duration forRedis = longer(redis.timeout, patience);
        return with(
                cognito.with(cognito.clientSecrets(), forCognito),
                redis.with(forRedis),
                deniedClients,
                resources,
                upstreams);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private GatewayConfig with(
            Cognito otherCognito,
            Redis otherRedis,
            Set<String> otherDeniedClients,
            Resources otherResources,
            Map<String, Upstream> otherUpstreams) {
        return new GatewayConfig(
                publicUrl,
                listen,
                management,
                logging,
                telemetry,
                drain,
                otherCognito,
                otherRedis,
                keys,
                login,
                approvals,
                tokens,
                refresh,
                rateLimits,
                revocation,
                connections,
                registration,
                clientDocuments,
                clients,
                otherDeniedClients,
                otherResources,
                http,
                reload,
                otherUpstreams);
    }

    /** The resource of each upstream, by its identifier. */
    public Optional<Upstream> upstreamOf(String resource) {
        return upstreams.values().stream()
                .filter(upstream -> upstream.resource().equals(resource))
                .findFirst();
    }
}
