package dev.portcullis.dev.cognito;

import java.util.concurrent.atomic.AtomicLongArray;

/** How often each endpoint was asked, refused and faulted requests included. May be read from any thread. */
public final class CallCounts {
    private final AtomicLongArray counts = new AtomicLongArray(Call.values().length);

    CallCounts() {}

    public long of(Call call) {
        return counts.get(call.ordinal());
    }

    public long refreshes() {
        return of(Call.REFRESH_GRANT);
    }

    public long jwksFetches() {
        return of(Call.JWKS);
    }

    public long userInfoCalls() {
        return of(Call.USER_INFO);
    }

    void count(Call call) {
        counts.incrementAndGet(call.ordinal());
    }
}
