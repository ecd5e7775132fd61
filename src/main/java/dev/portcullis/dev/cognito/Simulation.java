package dev.portcullis.dev.cognito;

/** The parts of one running pool that both its servers and its owner hold. */
record Simulation(
        CognitoPool pool,
        CognitoSimulator.Options options,
        PoolState state,
        SigningKeys keys,
        Faults faults,
        CallCounts counts,
        SimulatorClock clock,
        Addresses addresses,
        Issuer issuer,
        TokenMinter minter) {

    static Simulation of(CognitoPool pool, CognitoSimulator.Options options, SigningKeys keys) {
        Faults faults = new Faults();
        SimulatorClock clock = new SimulatorClock(options.clock(), faults);
        Addresses addresses = new Addresses(options.host(), pool.poolId());
        Issuer issuer = new Issuer(options, pool, addresses, faults);
        return new Simulation(
                pool,
                options,
                new PoolState(pool, clock),
                keys,
                faults,
                new CallCounts(),
                clock,
                addresses,
                issuer,
                new TokenMinter(pool, issuer, new TokenSigner(keys), clock, faults));
    }
}
