package dev.portcullis.dev.cognito;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A user pool: everything the simulator is told at the start. Users and clients can be changed later through
 * {@link CognitoSimulator}.
 *
 * @param poolId {@code <region>_<letters and digits>}, at most 55 characters
 * @param issuer the {@code iss} of every token and of discovery; by default the form a real pool in that region has, whatever
 *     address the simulator listens on
 * @param managedLogin branding version: 1 is the classic hosted UI, which knows neither {@code prompt} nor
 *     {@code resource}; 2 is managed login
 */
public record CognitoPool(
        String poolId,
        String issuer,
        List<AppClient> clients,
        List<PoolUser> users,
        List<ResourceServer> resourceServers,
        int managedLogin) {

    /** An ID that AWS's own verifier takes for a pool's. */
    public static final String DEFAULT_POOL_ID = "us-east-1_Sim000001";

    private static final Pattern POOL_ID = Pattern.compile("[\\w-]+_[0-9a-zA-Z]+");
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

    public CognitoPool {
        if (poolId.length() > 55 || !POOL_ID.matcher(poolId).matches()) {
            throw new IllegalArgumentException("not a user pool ID: " + poolId);
        }
        if (issuer.endsWith("/") || !issuer.matches("https?://.+")) {
            throw new IllegalArgumentException("an issuer is a URL without a slash at its end: " + issuer);
        }
        if (managedLogin != 1 && managedLogin != 2) {
            throw new IllegalArgumentException("managed login version: 1 or 2");
        }
        clients = List.copyOf(clients);
        users = List.copyOf(users);
        resourceServers = List.copyOf(resourceServers);
        if (resourceServers.size() > 300) {
            throw new IllegalArgumentException("at most 300 resource servers in a pool");
        }
    }

    /** A pool with the default ID and issuer, managed login 2 and no resource servers. */
    public static CognitoPool of(AppClient client, PoolUser... users) {
        return new CognitoPool(
                DEFAULT_POOL_ID, issuerOf(DEFAULT_POOL_ID), List.of(client), List.of(users), List.of(), 2);
    }

    /** One confidential client with a fresh random ID and secret, and one user: read both from {@link #client()}. */
    public static CognitoPool demo(String callbackUrl, String user, String password) {
        return of(AppClient.confidential(random(26), random(51), callbackUrl), PoolUser.of(user, password));
    }

    /** The first app client; most pools in tests have just this one. */
    public AppClient client() {
        return clients.get(0);
    }

    /** Where the first app client may send a browser that has signed out. */
    public CognitoPool withLogoutUrls(String... urls) {
        List<AppClient> changed = new ArrayList<>(clients);
        changed.set(0, client().withLogoutUrls(urls));
        return new CognitoPool(poolId, issuer, changed, users, resourceServers, managedLogin);
    }

    public CognitoPool withIssuer(String newIssuer) {
        return new CognitoPool(poolId, newIssuer, clients, users, resourceServers, managedLogin);
    }

    /** Adds a client to the ones there are. */
    public CognitoPool withClient(AppClient client) {
        List<AppClient> more = new ArrayList<>(clients);
        more.add(client);
        return new CognitoPool(poolId, issuer, more, users, resourceServers, managedLogin);
    }

    /** Adds a user to the ones there are. */
    public CognitoPool withUser(PoolUser user) {
        List<PoolUser> more = new ArrayList<>(users);
        more.add(user);
        return new CognitoPool(poolId, issuer, clients, more, resourceServers, managedLogin);
    }

    /** Adds a resource server to the ones there are. */
    public CognitoPool withResourceServer(ResourceServer server) {
        List<ResourceServer> more = new ArrayList<>(resourceServers);
        more.add(server);
        return new CognitoPool(poolId, issuer, clients, users, more, managedLogin);
    }

    public CognitoPool withManagedLogin(int version) {
        return new CognitoPool(poolId, issuer, clients, users, resourceServers, version);
    }

    /** The issuer that a real pool of this ID has, in the form from before multi-Region replication. */
    public static String issuerOf(String poolId) {
        return "https://cognito-idp." + poolId.substring(0, poolId.indexOf('_')) + ".amazonaws.com/" + poolId;
    }

    private static String random(int length) {
        SecureRandom random = new SecureRandom();
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
