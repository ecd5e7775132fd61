package dev.portcullis.dev.cognito;

/** The {@code iss} of the pool, in whichever of its two forms is switched on (Cognito API, IssuerConfigurationType). */
final class Issuer {
    private final CognitoSimulator.Options options;
    private final CognitoPool pool;
    private final Addresses addresses;
    private final Faults faults;

    Issuer(CognitoSimulator.Options options, CognitoPool pool, Addresses addresses, Faults faults) {
        this.options = options;
        this.pool = pool;
        this.addresses = addresses;
        this.faults = faults;
    }

    String current() {
        String original = options.servedIssuer() ? addresses.issuerBase() : pool.issuer();
        return faults.issuer() == Faults.IssuerType.ORIGINAL ? original : original.replaceFirst("://", "://issuer-");
    }
}
