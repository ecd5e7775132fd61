package dev.portcullis.doctor.front;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.wire.Answer;
import io.vertx.core.Future;

/** {@code public.issuer}: whether this gateway answers there, with the issuer that clients compare with the URL (RFC 8414 §3.3). */
record IssuerIsOurs(String issuer, Once<Answer> metadata) implements Check {

    @Override
    public String id() {
        return "public.issuer";
    }

    @Override
    public Future<Outcome> run() {
        return metadata.get().map(answer -> {
            if (answer.status() != 200 || answer.json().isEmpty()) {
                return new Outcome.Failed(
                        "/.well-known/oauth-authorization-server answers " + answer.status() + " and no metadata",
                        "Let the proxy pass every path of this host to the gateway, /.well-known/ too, without a login of its own.");
            }
            String own = answer.json().map(json -> json.getString("issuer")).orElse("nothing");
            return own.equals(issuer)
                    ? new Outcome.Passed(own)
                    : new Outcome.Failed(
                            "the gateway there calls itself " + own + ", and publicUrl says " + issuer,
                            "Give every gateway the same publicUrl, the very origin that clients use: it comes from the configuration alone, never"
                                    + " from forwarding headers.");
        });
    }

    @Override
    public String remedy() {
        return "Check publicUrl.";
    }
}
