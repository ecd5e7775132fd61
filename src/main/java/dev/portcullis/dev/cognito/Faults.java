package dev.portcullis.dev.cognito;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that can be made to go wrong, and the switches between documented and observed behaviour. All switches may be
 * thrown from any thread while the simulator runs; each holds until it is changed or {@link #clear()} is called.
 */
public final class Faults {
    /** Which of the two issuers of a pool its tokens carry; {@code UPDATED} came with multi-Region replication. */
    public enum IssuerType {
        ORIGINAL,
        UPDATED
    }

    /** How the authorize endpoint reports an unknown scope or a response type that the client may not use. */
    public enum ErrorForm {
        /** {@code error=invalid_scope}, as the developer guide has it. */
        DOCUMENTED,
        /** {@code error_description=invalid_scope&state=…&error=invalid_request}, as seen on live pools. */
        OBSERVED,
        /** No redirect at all, but the domain's own error page; seen on live pools too. */
        ERROR_PAGE
    }

    static final int MAX_GROUPS = 1000;
    private static final Duration MAX_SKEW = Duration.ofDays(36_500);

    private record Armed(Fault fault, int times) {}

    private final Map<Call, Armed> armed = new EnumMap<>(Call.class);
    private volatile TokenFlaw accessTokens = TokenFlaw.NONE;
    private volatile TokenFlaw idTokens = TokenFlaw.NONE;
    private volatile Duration clockSkew = Duration.ZERO;
    private volatile int extraGroups;
    private volatile IssuerType issuerType = IssuerType.ORIGINAL;
    private volatile ErrorForm errorForm = ErrorForm.DOCUMENTED;
    private volatile boolean stateMangling = true;
    private volatile boolean wafNeedsUserAgent;
    private volatile int requestsPerSecond = Integer.MAX_VALUE;

    Faults() {}

    /** Every further {@code call} fails this way. */
    public Faults on(Call call, Fault fault) {
        return on(call, fault, Integer.MAX_VALUE);
    }

    /** The next {@code times} requests of this kind fail this way, the one after them works again. */
    public Faults on(Call call, Fault fault, int times) {
        if (times < 1) {
            throw new IllegalArgumentException("times: at least 1");
        }
        synchronized (armed) {
            armed.put(call, new Armed(fault, times));
        }
        return this;
    }

    /** Ends what {@link #on} began. */
    public Faults off(Call call) {
        synchronized (armed) {
            armed.remove(call);
        }
        return this;
    }

    /** What is wrong with the access tokens issued from now on. */
    public Faults accessTokens(TokenFlaw flaw) {
        accessTokens = flaw;
        return this;
    }

    /** What is wrong with the ID tokens issued from now on. */
    public Faults idTokens(TokenFlaw flaw) {
        idTokens = flaw;
        return this;
    }

    /** Sets the pool's clock ahead (or, negative, back); it moves all lifetimes too, so it also serves as time travel. */
    public Faults clockSkew(Duration skew) {
        if (skew.abs().compareTo(MAX_SKEW) > 0) {
            throw new IllegalArgumentException("clock skew: at most " + MAX_SKEW.toDays() + " days");
        }
        clockSkew = skew;
        return this;
    }

    /** Puts every user into that many more groups with names of 30 characters; Cognito allows 100 groups to a user. */
    public Faults oversizedGroups(int groups) {
        if (groups < 0 || groups > MAX_GROUPS) {
            throw new IllegalArgumentException("groups: 0 to " + MAX_GROUPS);
        }
        extraGroups = groups;
        return this;
    }

    public Faults issuer(IssuerType type) {
        issuerType = type;
        return this;
    }

    public Faults errorForm(ErrorForm form) {
        errorForm = form;
        return this;
    }

    /** On (the default): {@code state} is URL-decoded once too often on its way back, and one with a percent sign fails. */
    public Faults stateMangling(boolean on) {
        stateMangling = on;
        return this;
    }

    /** On: the domain answers 403 with an HTML page to requests without {@code User-Agent}, as AWS WAF's managed rules do. */
    public Faults wafNeedsUserAgent(boolean on) {
        wafNeedsUserAgent = on;
        return this;
    }

    /** Requests on the domain host that one app client may make in one second; more are answered 429. */
    public Faults requestsPerSecondPerClient(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit: not negative");
        }
        requestsPerSecond = limit;
        return this;
    }

    /** Back to a pool that behaves. */
    public Faults clear() {
        synchronized (armed) {
            armed.clear();
        }
        return accessTokens(TokenFlaw.NONE)
                .idTokens(TokenFlaw.NONE)
                .clockSkew(Duration.ZERO)
                .oversizedGroups(0)
                .issuer(IssuerType.ORIGINAL)
                .errorForm(ErrorForm.DOCUMENTED)
                .stateMangling(true)
                .wafNeedsUserAgent(false)
                .requestsPerSecondPerClient(Integer.MAX_VALUE);
    }

    /** The fault for this request, used up by asking. */
    Optional<Fault> take(Call call) {
        synchronized (armed) {
            Armed found = armed.get(call);
            if (found == null) {
                return Optional.empty();
            }
            if (found.times() == 1) {
                armed.remove(call);
            } else if (found.times() != Integer.MAX_VALUE) {
                armed.put(call, new Armed(found.fault(), found.times() - 1));
            }
            return Optional.of(found.fault());
        }
    }

    TokenFlaw accessTokens() {
        return accessTokens;
    }

    TokenFlaw idTokens() {
        return idTokens;
    }

    Duration clockSkew() {
        return clockSkew;
    }

    int oversizedGroups() {
        return extraGroups;
    }

    IssuerType issuer() {
        return issuerType;
    }

    ErrorForm errorForm() {
        return errorForm;
    }

    boolean stateMangling() {
        return stateMangling;
    }

    boolean wafNeedsUserAgent() {
        return wafNeedsUserAgent;
    }

    int requestsPerSecondPerClient() {
        return requestsPerSecond;
    }
}
