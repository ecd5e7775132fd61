package dev.portcullis.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients in the configuration: what they are read as, and which mistakes are found. */
class PreRegisteredClientConfigTest {
    // RFC 7517 appendix A.1.
    private static final String PUBLIC = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
            + "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
            + "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\",\"kid\":\"1\"}]}";

    private static final String REST = """
            publicUrl: https://mcp.example.com
            cognito:
              issuer: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123
              domain: https://login.example.com/
              clientId: abc
            keys: { directory: keys }
            upstreams:
              files: { url: "http://files:3001/mcp" }
            """;

    @TempDir
    private Path directory;

    private GatewayConfig read(String clients) {
        return new ConfigReader(Map.of()).read("gateway.yaml", REST + clients, directory);
    }

    @Test
    void aSecretIsReadFromItsFileAndMakesTheClientConfidential() throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), "0123456789abcdef\n");
        GatewayConfig config = read("""
                clients:
                  agent: { redirectUris: ["https://a.example/cb"], secret: "${file:%s}" }
                  app: { name: App, redirectUris: ["app://cb/x", "http://localhost/cb"] }
                deniedClients: [bad, "https://evil.example/client.json"]
                """.formatted(file));
        PreRegisteredClient agent = requireNonNull(config.clients().get("agent"));
        assertThat(agent.secret().map(Secret::reveal)).hasValue("0123456789abcdef");
        assertThat(agent.authMethod()).isEqualTo("client_secret_basic");
        assertThat(agent.name()).isEqualTo("agent");
        assertThat(requireNonNull(config.clients().get("app")).authMethod()).isEqualTo("none");
        assertThat(config.deniedClients()).containsExactlyInAnyOrder("bad", "https://evil.example/client.json");
        assertThat(config.toString()).doesNotContain("0123456789abcdef");
    }

    @Test
    void keysMakeAClientAuthenticateWithThem() {
        GatewayConfig config = read("""
                clients:
                  listed: { redirectUris: ["https://a.example/cb"], jwks: '%s' }
                  elsewhere: { redirectUris: ["https://a.example/cb"], jwksUri: "https://a.example/jwks.json" }
                """.formatted(PUBLIC));
        assertThat(requireNonNull(config.clients().get("listed")).authMethod()).isEqualTo("private_key_jwt");
        assertThat(requireNonNull(config.clients().get("elsewhere")).authMethod())
                .isEqualTo("private_key_jwt");
    }

    @Test
    void everyMistakeIsNamed() {
        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> read("""
                clients:
                  pcc_mine: { redirectUris: ["https://a.example/cb"] }
                  "https://a.example/c": { redirectUris: ["https://a.example/cb"] }
                  none: { redirectUris: [] }
                  http: { redirectUris: ["http://a.example/cb"] }
                  script: { redirectUris: ["javascript://a/b"] }
                  fragment: { redirectUris: ["https://a.example/cb#x"] }
                  user: { redirectUris: ["https://u@a.example/cb"] }
                  short: { redirectUris: ["https://a.example/cb"], secret: short }
                  lacking: { redirectUris: ["https://a.example/cb"], tokenEndpointAuthMethod: client_secret_post }
                  useless: { redirectUris: ["https://a.example/cb"], tokenEndpointAuthMethod: none, secret: 0123456789abcdef }
                  other: { redirectUris: ["https://a.example/cb"], tokenEndpointAuthMethod: tls_client_auth }
                  keyless: { redirectUris: ["https://a.example/cb"], tokenEndpointAuthMethod: private_key_jwt }
                  both: { redirectUris: ["https://a.example/cb"], jwks: '%1$s', jwksUri: "https://a.example/jwks.json" }
                  keys: { redirectUris: ["https://a.example/cb"], jwks: '%1$s', tokenEndpointAuthMethod: none }
                  mixed: { redirectUris: ["https://a.example/cb"], jwks: '%1$s', secret: 0123456789abcdef }
                  private: { redirectUris: ["https://a.example/cb"], jwks: '{"keys":[{"kty":"oct","k":"AAAA"}]}' }
                  text: { redirectUris: ["https://a.example/cb"], jwks: "no keys" }
                  plain: { redirectUris: ["https://a.example/cb"], jwksUri: "http://a.example/jwks.json" }
                  scoped: { redirectUris: ["https://a.example/cb"], scopes: ["a b"] }
                  typo: { redirectUri: ["https://a.example/cb"], redirectUris: ["https://a.example/cb"] }
                """.formatted(PUBLIC)));
        assertThat(failure.problems().stream().map(Problem::path))
                .containsExactlyInAnyOrder(
                        "clients.pcc_mine",
                        "clients.https://a.example/c",
                        "clients.none.redirectUris",
                        "clients.http.redirectUris",
                        "clients.script.redirectUris",
                        "clients.fragment.redirectUris",
                        "clients.user.redirectUris",
                        "clients.short.secret",
                        "clients.lacking.secret",
                        "clients.useless.secret",
                        "clients.other.tokenEndpointAuthMethod",
                        "clients.keyless.jwks",
                        "clients.both.jwks",
                        "clients.keys.jwks",
                        "clients.mixed.secret",
                        "clients.private.jwks",
                        "clients.text.jwks",
                        "clients.plain.jwksUri",
                        "clients.scoped.scopes",
                        "clients.typo.redirectUri");
    }
}
