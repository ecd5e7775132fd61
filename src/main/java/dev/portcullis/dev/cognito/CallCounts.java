package dev.portcullis.dev.cognito;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** How often each endpoint was asked, refused and faulted requests included. May be read from any thread. */
public final class CallCounts {
    private final Map<Call, LongAdder> counts = new EnumMap<>(Call.class);

    CallCounts() {
        for (Call call : Call.values()) {
            counts.put(call, new LongAdder());
        }
    }

    public long of(Call call) {
        return counter(call).sum();
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
        counter(call).increment();
    }

    private LongAdder counter(Call call) {
        return Objects.requireNonNull(counts.get(call));
    }
}
