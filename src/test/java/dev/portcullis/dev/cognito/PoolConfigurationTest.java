package dev.portcullis.dev.cognito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolConfigurationTest extends SimulatorTest {
    private static final String SECRET = "secret00000000000000000001";

    @Override
    CognitoSimulator.Options options() {
        return super.options().withServedIssuer();
    }

    @Test
    void theIssuerCanBeWhereDiscoveryIsServed() throws Exception {
        assertThat(simulator.issuer()).isEqualTo(simulator.issuerBaseUrl());
        assertThat(claims(signIn().getString("access_token")).getIssuer()).isEqualTo(simulator.issuerBaseUrl());
    }

    @Test
    void theAdminEndpointIsOffUnlessAskedFor() {
        HttpResponse<?> answer = browser.get(simulator.domain() + "/_admin/calls");
        assertThat(answer.statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://app.example.com/cb",
                "https://app.example.com/cb#fragment",
                "/relative",
                "http://localhost.example.com/cb"
            })
    void aCallbackThatCognitoWouldNotRegisterIsRefused(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> AppClient.confidential("client", SECRET, url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://localhost:3000/cb", "http://127.0.0.1/cb", "myapp://cb", "https://x.example/cb?a=b"})
    void theCallbacksThatCognitoRegistersAreTaken(String url) {
        assertThat(AppClient.confidential("client", SECRET, url).callbackUrls()).containsExactly(url);
    }

    @Test
    void limitsOfThePoolAreHeld() {
        AppClient client = AppClient.confidential("client", SECRET, Browser.CALLBACK);

        assertThatIllegalArgumentException().isThrownBy(() -> client.withSecrets(SECRET, SECRET, SECRET));
        assertThatIllegalArgumentException().isThrownBy(() -> client.withSecrets("short"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.withLifetimes(Duration.ofHours(25), Duration.ofHours(1), Duration.ofDays(30)));
        assertThatIllegalArgumentException().isThrownBy(() -> RefreshRotation.on(Duration.ofSeconds(61)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ResourceServer("gw", Set.of("a/b")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CognitoPool.of(client).withIssuer("https://issuer.example.com/"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CognitoSimulator.Options(
                        "0.0.0.0", 0, 0, InstantSource.system(), false, Optional.empty(), false));
    }

    @Test
    void secretsAndPasswordsDoNotPrint() {
        assertThat(simulator.pool().toString())
                .doesNotContain(client().secrets().get(0))
                .doesNotContain(PASSWORD);
    }
}
