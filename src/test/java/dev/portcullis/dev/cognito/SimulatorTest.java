package dev.portcullis.dev.cognito;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One simulator with one confidential client and the user {@code ada}, started afresh for each test. */
abstract class SimulatorTest {
    static final String PASSWORD = "correct horse battery staple";
    static final String BASIC_SCOPE = "openid email profile";

    final MovableClock clock = new MovableClock();
    final Vertx vertx = Vertx.vertx();
    CognitoSimulator simulator;
    Browser browser;

    /** The pool under test. */
    CognitoPool pool() {
        return CognitoPool.demo(Browser.CALLBACK, "ada", PASSWORD);
    }

    CognitoSimulator.Options options() {
        return CognitoSimulator.Options.defaults().withClock(clock);
    }

    @BeforeEach
    void start() {
        simulator = Browser.await(CognitoSimulator.start(vertx, pool(), options()));
        browser = new Browser(vertx, simulator);
    }

    @AfterEach
    void stop() {
        browser.close();
        Browser.await(simulator.close());
        Browser.await(vertx.close());
    }

    AppClient client() {
        return simulator.pool().client();
    }

    /** The token response of a whole sign-in of {@code ada}. */
    JsonObject signIn() {
        return Browser.json(browser.redeem(client(), browser.code(browser.request(BASIC_SCOPE), "ada", PASSWORD)));
    }

    JWTClaimsSet claims(String token) throws Exception {
        return SignedJWT.parse(token).getJWTClaimsSet();
    }

    /** Whether a key that JWKS publishes now signed this. */
    boolean verifies(String token) throws Exception {
        JWKSet keys = JWKSet.parse(browser.get(simulator.jwksUri()).bodyAsString());
        SignedJWT jwt = SignedJWT.parse(token);
        Optional<JWK> key =
                Optional.ofNullable(keys.getKeyByKeyId(jwt.getHeader().getKeyID()));
        return key.isPresent() && jwt.verify(new RSASSAVerifier(key.get().toRSAKey()));
    }
}
