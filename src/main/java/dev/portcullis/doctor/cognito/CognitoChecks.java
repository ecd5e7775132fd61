package dev.portcullis.doctor.cognito;

import dev.portcullis.config.Cognito;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.Secret;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Examination;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.ClockAgrees;
import dev.portcullis.doctor.wire.Wire;
import dev.portcullis.idp.cognito.CognitoIdentityProvider;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Which checks there are, and which build on which. */
public final class CognitoChecks {
    private static final String KEYS = "/.well-known/jwks.json";

    private CognitoChecks() {}

    /** @param patience with each answer: what is slow shall be seen as slow, not as absent */
    public static void add(
            Examination examination,
            Vertx vertx,
            GatewayConfig configured,
            Duration patience,
            Wire wire,
            InstantSource clock) {
        GatewayConfig gateway = configured.withPatience(patience);
        Cognito config = configured.cognito();
        String discovery = (config.jwksUri().endsWith(KEYS)
                        ? config.jwksUri().substring(0, config.jwksUri().length() - KEYS.length())
                        : config.issuer())
                + "/.well-known/openid-configuration";
        CognitoIdentityProvider idp = new CognitoIdentityProvider(vertx, gateway, clock);
        Once<Answer> document = new Once<>(() -> wire.get(discovery));
        Once<Authorization> authorization = new Once<>(() -> Authorization.ask(wire, idp, gateway));

        Check found = examination.add(new DiscoveryAnswers(discovery, document));
        examination.add(new IssuerFits(config, document), found);
        examination.add(new DomainIsThePools(config, document), found);
        examination.add(new HasKeys(config.jwksUri(), idp));
        Check domain = examination.add(new DomainAnswers(config.domain(), authorization));
        Check client = examination.add(new ClientIsKnown(config.clientId(), authorization), domain);
        examination.add(new CallbackIsRegistered(gateway.publicUrl() + "/callback", authorization), client);
        examination.add(new ScopesAreEnabled(config.scopes(), authorization), client);
        List<Optional<Secret>> secrets = config.clientSecrets().isEmpty()
                ? List.of(Optional.empty())
                : config.clientSecrets().stream().map(Optional::of).toList();
        for (int i = 0; i < secrets.size(); i++) {
            String name = secrets.get(i).isEmpty() ? "no secret" : i == 0 ? "clientSecret" : "nextClientSecret";
            examination.add(
                    new SecretIsAccepted(
                            name,
                            config.timeout(),
                            new CognitoIdentityProvider(vertx, gateway.withClientSecret(secrets.get(i)), clock)),
                    domain);
        }
        examination.add(
                new ClockAgrees(
                        "clock.cognito",
                        "Cognito",
                        new Once<>(() -> document.get().map(Answer::ahead)),
                        gateway.tokens().clockSkew()),
                found);
    }
}
