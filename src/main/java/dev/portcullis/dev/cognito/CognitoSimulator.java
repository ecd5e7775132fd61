package dev.portcullis.dev.cognito;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A running stand-in for one Cognito user pool: an issuer host (discovery, JWKS) and a domain host (OAuth endpoints, login
 * pages), both plain HTTP on loopback. Its methods may be called from any thread; what changes the pool takes effect before
 * any request that arrives later.
 */
public final class CognitoSimulator {
    /**
     * How to run it.
     *
     * @param host the loopback name to listen on and to put into URLs
     * @param issuerPort port of the issuer host, 0 for a free one
     * @param domainPort port of the domain host, 0 for a free one
     * @param clock the pool's time
     * @param adminEndpoint serve {@code /_admin/…} on the domain host, which changes faults and users by HTTP
     * @param alwaysSignedIn a user whom every browser counts as signed in as: no login page, for load tests
     * @param servedIssuer use the address discovery is served at as the issuer, for clients that insist on that; otherwise
     *     the issuer is the pool's
     */
    public record Options(
            String host,
            int issuerPort,
            int domainPort,
            InstantSource clock,
            boolean adminEndpoint,
            Optional<String> alwaysSignedIn,
            boolean servedIssuer) {
        private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1");

        public Options {
            if (!LOOPBACK.contains(host)) {
                throw new IllegalArgumentException("the simulator listens on loopback only, not on " + host);
            }
        }

        /** {@code localhost}, free ports, the system's clock, and nothing out of the ordinary. */
        public static Options defaults() {
            return new Options("localhost", 0, 0, InstantSource.system(), false, Optional.empty(), false);
        }

        public Options withPorts(int issuer, int domain) {
            return new Options(host, issuer, domain, clock, adminEndpoint, alwaysSignedIn, servedIssuer);
        }

        public Options withClock(InstantSource newClock) {
            return new Options(host, issuerPort, domainPort, newClock, adminEndpoint, alwaysSignedIn, servedIssuer);
        }

        public Options withAdminEndpoint() {
            return new Options(host, issuerPort, domainPort, clock, true, alwaysSignedIn, servedIssuer);
        }

        public Options withAlwaysSignedIn(String username) {
            return new Options(host, issuerPort, domainPort, clock, adminEndpoint, Optional.of(username), servedIssuer);
        }

        public Options withServedIssuer() {
            return new Options(host, issuerPort, domainPort, clock, adminEndpoint, alwaysSignedIn, true);
        }
    }

    private final Vertx vertx;
    private final Simulation sim;
    private final Context loop;
    private final String deploymentId;

    private CognitoSimulator(Vertx vertx, Simulation sim, Context loop, String deploymentId) {
        this.vertx = vertx;
        this.sim = sim;
        this.loop = loop;
        this.deploymentId = deploymentId;
    }

    /** Starts both hosts; fails if a port is taken. */
    public static Future<CognitoSimulator> start(Vertx vertx, CognitoPool pool, Options options) {
        return SigningKeys.create(vertx).compose(keys -> {
            Simulation sim = Simulation.of(pool, options, keys);
            SimulatorVerticle verticle = new SimulatorVerticle(sim);
            return vertx.deployVerticle(verticle).map(id -> new CognitoSimulator(vertx, sim, verticle.loop(), id));
        });
    }

    /** As {@link #start(Vertx, CognitoPool, Options)} with {@link Options#defaults()}. */
    public static Future<CognitoSimulator> start(Vertx vertx, CognitoPool pool) {
        return start(vertx, pool, Options.defaults());
    }

    /** Stops both hosts and forgets everything. */
    public Future<Void> close() {
        return vertx.undeploy(deploymentId);
    }

    /** The pool as it was at the start. */
    public CognitoPool pool() {
        return sim.pool();
    }

    /** The {@code iss} of the tokens issued now; by default an address at AWS, where nobody is asked. */
    public String issuer() {
        return sim.issuer().current();
    }

    /** Where the issuer host really is: discovery is at {@code /.well-known/openid-configuration} below it. */
    public String issuerBaseUrl() {
        return sim.addresses().issuerBase();
    }

    public String jwksUri() {
        return sim.addresses().jwksUri();
    }

    /** The OAuth domain, without a slash at its end. */
    public String domain() {
        return sim.addresses().domain();
    }

    public Faults faults() {
        return sim.faults();
    }

    public CallCounts calls() {
        return sim.counts();
    }

    /** First step of a key rotation: two new keys are published, the old ones still sign. */
    public Future<Void> addKeys() {
        return sim.keys().add(vertx);
    }

    /** Second step: the newest keys sign, all stay published. */
    public void signWithNewKeys() {
        sim.keys().signWithNewest();
    }

    /** Third step: only the keys that sign stay published. */
    public void removeOldKeys() {
        sim.keys().removeOld();
    }

    /** Changes a user, for example {@code user -> user.withEnabled(false)}; fails if there is none of that name. */
    public Future<Void> changeUser(String username, UnaryOperator<PoolUser> change) {
        return onLoop(() -> {
            sim.state().changeUser(username, change);
            return null;
        });
    }

    /** Changes an app client, for example its secrets; fails if there is none of that ID. */
    public Future<Void> changeClient(String clientId, UnaryOperator<AppClient> change) {
        return onLoop(() -> {
            sim.state().changeClient(clientId, change);
            return null;
        });
    }

    /** Global sign-out: the user's tokens are refused at the pool's endpoints, the browser's session goes on. */
    public Future<Void> signOut(String username) {
        return onLoop(() -> {
            sim.state().signOut(username);
            return null;
        });
    }

    /** An access token as a sign-in of this user to this client would give, or one with a flaw. */
    public Future<String> mintAccessToken(String username, String clientId, List<String> scopes, TokenFlaw flaw) {
        return onLoop(() ->
                sim.minter().accessToken(signIn(username, clientId, scopes), user(username), client(clientId), flaw));
    }

    /** An ID token as a sign-in of this user to this client would give (without a nonce), or one with a flaw. */
    public Future<String> mintIdToken(String username, String clientId, List<String> scopes, TokenFlaw flaw) {
        return onLoop(
                () -> sim.minter().idToken(signIn(username, clientId, scopes), user(username), client(clientId), flaw));
    }

    private SignIn signIn(String username, String clientId, List<String> scopes) {
        return new SignIn(
                username,
                clientId,
                scopes,
                Optional.empty(),
                Optional.empty(),
                sim.clock().nowInSeconds(),
                UUID.randomUUID().toString());
    }

    private PoolUser user(String username) {
        return sim.state().user(username).orElseThrow(() -> new IllegalArgumentException("no user " + username));
    }

    private AppClient client(String id) {
        return sim.state().client(id).orElseThrow(() -> new IllegalArgumentException("no client " + id));
    }

    private <T extends @Nullable Object> Future<T> onLoop(Supplier<T> work) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(go -> {
            try {
                done.complete(work.get());
            } catch (IllegalArgumentException e) {
                done.fail(e);
            }
        });
        return done.future();
    }
}
