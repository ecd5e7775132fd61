package dev.portcullis.doctor.redis;

import dev.portcullis.doctor.check.Outcome;

/** For what {@code INFO} would tell, if the user of the gateway might ask. */
final class Unseen {
    private Unseen() {}

    static Outcome of(String what) {
        return new Outcome.Warned(
                what + " cannot be seen: the user of redis.url may not ask INFO",
                "Allow it (ACL SETUSER … +info), or ask somebody who may.");
    }
}
