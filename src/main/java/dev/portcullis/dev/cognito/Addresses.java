package dev.portcullis.dev.cognito;

/** Where the two hosts listen; the ports are known when both do, which is before the first request is read. */
final class Addresses {
    private final String host;
    private final String poolId;
    private volatile int issuerPort;
    private volatile int domainPort;

    Addresses(String host, String poolId) {
        this.host = host;
        this.poolId = poolId;
    }

    void issuerPort(int port) {
        issuerPort = port;
    }

    void domainPort(int port) {
        domainPort = port;
    }

    String issuerBase() {
        return "http://" + host + ":" + issuerPort + "/" + poolId;
    }

    String jwksUri() {
        return issuerBase() + "/.well-known/jwks.json";
    }

    String domain() {
        return "http://" + host + ":" + domainPort;
    }
}
