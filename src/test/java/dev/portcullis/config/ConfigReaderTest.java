package dev.portcullis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    private static final String MINIMAL = """
            publicUrl: https://mcp.example.com
            cognito:
              issuer: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123
              domain: https://login.example.com/
              clientId: abc
              clientSecret: ${SECRET}
            keys: { directory: keys }
            upstreams:
              files: { url: "http://files:3001/mcp?x=1" }
            """;

    @TempDir
    private Path directory;

    private GatewayConfig read(String yaml, Map<String, String> environment) {
        return new ConfigReader(environment).read("gateway.yaml", yaml, directory);
    }

    @Test
    void theSampleConfigurationIsWholeAndEveryValueShownIsTheDefault() {
        Map<String, String> environment = Map.of("COGNITO_CLIENT_SECRET", "s3cret");
        GatewayConfig sample = new ConfigReader(environment).read(Path.of("conf/gateway.yaml"));
        GatewayConfig minimal = read(MINIMAL, Map.of("SECRET", "s3cret"));
        assertThat(sample).isEqualTo(new ConfigReader(environment).read(Path.of("conf/gateway.yaml")));
        assertThat(sample.cognito().paths()).isEqualTo(minimal.cognito().paths());
        assertThat(sample.cognito().timeout()).isEqualTo(minimal.cognito().timeout());
        assertThat(sample.upstreamOf("https://mcp.example.com/everything/mcp").map(ConfigReaderTest::defaults))
                .isEqualTo(
                        minimal.upstreamOf("https://mcp.example.com/files/mcp").map(ConfigReaderTest::defaults));
    }

    private static List<Object> defaults(GatewayConfig.Upstream upstream) {
        return List.of(upstream.transport(), upstream.limits(), upstream.identity());
    }

    @Test
    void aMinimalConfigurationGetsTheDefaults() {
        GatewayConfig config = read(MINIMAL, Map.of("SECRET", "s3cret"));
        assertThat(config.cognito().domain()).isEqualTo("https://login.example.com");
        assertThat(config.cognito().jwksUri())
                .isEqualTo("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123/.well-known/jwks.json");
        assertThat(config.tokens().accessTokenTtl()).isEqualTo(Duration.ofHours(1));
        assertThat(config.upstreamOf("https://mcp.example.com/files/mcp")
                        .orElseThrow()
                        .scopes())
                .containsExactly("mcp:files");
        assertThat(config.resources().defaultUpstream()).hasValue("files");
        assertThat(config.keys().directory()).isEqualTo(directory.resolve("keys"));
    }

    private ConfigException refused(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> read(yaml, Map.of("SECRET", "s3cret")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://mcp.example.com:443", "http://localhost:80", "https://mcp.example.com:443/"})
    @DisplayName("AS-4: a port that the scheme has anyway is refused, because no client would name it")
    void aUsualPortIsRefused(String publicUrl) {
        assertThat(refused(MINIMAL.replace("https://mcp.example.com", publicUrl))
                        .getMessage())
                .contains(
                        "publicUrl", "must not name the port that " + publicUrl.split(":")[0] + " has anyway");
        assertThat(read(
                                MINIMAL.replace("https://mcp.example.com", "https://mcp.example.com:8443"),
                                Map.of("SECRET", "x"))
                        .publicUrl())
                .isEqualTo("https://mcp.example.com:8443");
        assertThat(refused(MINIMAL + "http: { origins: ['https://app.example:443'] }\n")
                        .getMessage())
                .contains("http.origins");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:8080", "http://[::1]:8080"})
    @DisplayName("AS-9: with a real user pool, plain http is for localhost by name, as Cognito has it")
    void cognitoKnowsLocalhostByNameOnly(String publicUrl) {
        String yaml = MINIMAL.replace("https://mcp.example.com", "'" + publicUrl + "'");
        assertThat(refused(yaml).getMessage()).contains("publicUrl", "callback URLs on localhost only");
        assertThat(read(yaml.replace("https://login.example.com", "http://localhost:9229"), Map.of("SECRET", "x"))
                        .publicUrl())
                .isEqualTo(publicUrl);
        assertThat(read(MINIMAL.replace("https://mcp.example.com", "http://localhost:8080"), Map.of("SECRET", "x"))
                        .publicUrl())
                .isEqualTo("http://localhost:8080");
    }

    @Test
    void scopesAreDescribedWhereTheyAreNamed() {
        String upstream = "upstreams: { files: { url: 'http://files:3001/mcp', scopeDescriptions: %s } }\n";
        String rest = MINIMAL.substring(0, MINIMAL.indexOf("upstreams:"));
        assertThat(read(rest + upstream.formatted("{ 'mcp:files': Read your files }"), Map.of("SECRET", "x"))
                        .upstreamOf("https://mcp.example.com/files/mcp")
                        .orElseThrow()
                        .scopeDescriptions())
                .containsExactly(Map.entry("mcp:files", "Read your files"));
        assertThat(refused(rest + upstream.formatted("{ 'mcp:file': Read your files }"))
                        .getMessage())
                .contains("upstreams.files.scopeDescriptions", "which neither scopes nor tools name");
        assertThat(refused(rest + upstream.formatted("{ 'mcp:files': '" + "x".repeat(201) + "' }"))
                        .getMessage())
                .contains("at most 200 characters");
    }

    @Test
    void secretsAreNotPrinted() {
        GatewayConfig config = read(
                MINIMAL.replace("http://files", "http://files").concat("redis: { url: 'redis://:hush@h:1' }\n"),
                Map.of("SECRET", "s3cret"));
        assertThat(config.toString()).doesNotContain("s3cret", "hush").contains("***");
        assertThat(config.cognito().clientSecrets().get(0).reveal()).isEqualTo("s3cret");
    }

    @ParameterizedTest
    @CsvSource({"1500ms, 3s, true", "1500ms, 2900ms, false", "10s, 5s, false", "10s, 20s, true"})
    void aLeaseOutlastsTheCallThatItIsFor(String timeout, String lease, boolean allowed) {
        String yaml = MINIMAL.replace("  clientId: abc", "  clientId: abc\n  timeout: " + timeout)
                .concat("refresh: { lease: " + lease + " }\n");
        if (allowed) {
            assertThat(read(yaml, Map.of("SECRET", "s")).refresh().lease()).isPositive();
        } else {
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> read(yaml, Map.of("SECRET", "s")))
                    .satisfies(e ->
                            assertThat(e.problems()).extracting(Problem::path).containsExactly("refresh.lease"));
        }
    }

    @Test
    void everyProblemIsReportedAtOnceWithItsPathAndARemedy() {
        String yaml = """
                publicUrl: http://mcp.example.com/path
                listen: { port: 70000 }
                cognito:
                  issuer: ftp://x
                  clientId: abc
                  scopes: [email, offline_access]
                  clientsecret: typo
                redis: { url: localhost, timeout: 5 }
                tokens: { subject: somebody }
                upstreams:
                  token: { url: "http://x/mcp" }
                  Bad_Name: { url: nowhere, headers: { Content-Length: "1" } }
                extra: 1
                """;
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(yaml, Map.of()))
                .satisfies(e -> assertThat(e.problems())
                        .extracting(Problem::path)
                        .contains(
                                "publicUrl",
                                "listen.port",
                                "cognito.issuer",
                                "cognito.domain",
                                "cognito.scopes",
                                "cognito.clientsecret",
                                "redis.url",
                                "redis.timeout",
                                "keys.directory",
                                "tokens.subject",
                                "upstreams.token",
                                "upstreams.Bad_Name",
                                "upstreams.Bad_Name.url",
                                "upstreams.Bad_Name.headers",
                                "extra"))
                .satisfies(e -> assertThat(e.getMessage())
                        .contains("must be one of user, client", "must be a time such as 30s"));
    }

    @Test
    void theManagementPortIsNotThatOfThePublic() {
        String yaml = MINIMAL + "listen: { host: localhost, port: 9090 }\n";
        Map<String, String> environment = Map.of("SECRET", "s3cret");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(yaml + "management: { host: LocalHost }\n", environment))
                .withMessageContaining("management.port: must not be listen.port");

        // Another host, which the system refuses if it is the same address; or whichever ports are free.
        assertThat(read(yaml, environment).management().port()).isEqualTo(9090);
        String free = MINIMAL + "listen: { host: localhost, port: 0 }\nmanagement: { host: localhost, port: 0 }\n";
        assertThat(read(free, environment).management().port()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tokens: { accessTokenTtl: 5m }     | login: { codeTtl: 6m } | login.codeTtl: must not be longer than tokens",
                "tokens: { accessTokenTtl: 5m }     | login: { codeTtl: 5m } | ",
                "tokens: { accessTokenTtl: 20s }    | login: { }             | ",
            })
    void aCodeMustNotOutliveATokenOfOurs(String tokens, String login, @Nullable String problem) {
        String yaml = MINIMAL + tokens + "\n" + login + "\n";
        if (problem == null) {
            assertThat(read(yaml, Map.of("SECRET", "s3cret")).login().codeTtl()).isLessThan(Duration.ofMinutes(6));
        } else {
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> read(yaml, Map.of("SECRET", "s3cret")))
                    .withMessageContaining(problem);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123/, true",
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other, false",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123, false"
    })
    void theOtherIssuerIsOneOfTheSamePool(String issuer, boolean good) {
        String yaml = MINIMAL.replace("clientId: abc", "clientId: abc\n  alsoIssuer: " + issuer);
        if (good) {
            assertThat(read(yaml, Map.of("SECRET", "s3cret")).cognito().alsoIssuer())
                    .hasValue("https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123");
        } else {
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> read(yaml, Map.of("SECRET", "s3cret")))
                    .withMessageContaining("cognito.alsoIssuer: must be the other issuer of the same user pool");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ }                                                     | .url: is missing",
                "{ url: 'http://a/mcp', endpoints: ['http://b/mcp'] }    | .url: cannot be beside endpoints",
                "{ endpoints: ['http://a/mcp', 'http://a/mcp'] }         | .endpoints: names a URL twice",
                "{ endpoints: ['http://a/mcp', 'https://b/mcp'] }        | .endpoints: mixes http and https",
                "{ endpoints: ['http://a/mcp', 'http://me@b/mcp'] }      | .endpoints: holds http://me@b/mcp",
                "{ url: 'http://a/mcp', health: { eject: 2m } }          | .health.maxEject: must not be shorter",
                "{ url: 'http://a/mcp', health: { failure: 2 } }         | .health.failure: is not a known key",
                "{ url: 'http://a/mcp', maxWait: 1h }                    | .maxWait: must be",
                "{ url: 'https://a/mcp', tls: { ca: none.pem } }         | .tls.ca: the file none.pem cannot be read",
                "{ url: 'https://a/mcp', tls: { ca: text.pem } }         | .tls.ca: holds no certificate",
                "{ url: 'https://a/mcp', tls: { key: text.pem } }        | .tls.key: holds no private key",
                "{ url: 'https://a/mcp', tls: { key: key.pem } }         | .tls.certificate: is missing",
                "{ url: 'http://a/mcp', resource: 'https://a.example' }  | .resource: must have a path",
                "{ url: 'http://a/mcp', resource: 'http://a.example/mcp' } | .resource: must be https",
                "{ url: 'http://a/mcp', resource: 'https://mcp.example.com/b' } | .resource: must be on a host of its own",
                "{ url: 'http://a/mcp', identity: assertion, headers: { authorization: x } } | .headers: cannot set Auth",
                "{ url: 'http://a/mcp', headers: { Host: x } }           | .headers: Host cannot be set",
                "{ url: 'http://a/mcp', headers: { X-Key: \"a\\nb\" } }   | .headers: X-Key holds characters"
            })
    void whatCannotBeReachedIsSaid(String upstream, String problem) throws IOException {
        Files.writeString(directory.resolve("text.pem"), "no PEM at all");
        Files.writeString(directory.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----");
        String yaml = MINIMAL.replace("{ url: \"http://files:3001/mcp?x=1\" }", upstream);
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(yaml, Map.of("SECRET", "x")))
                .withMessageContaining("upstreams.files" + problem);
    }

    @Test
    void aSecretThatNoHeaderCanCarryIsRefusedAndNotQuoted() throws IOException {
        Path secret = Files.writeString(directory.resolve("key"), "hush\n\n");
        String yaml = MINIMAL.replace("mcp?x=1\" }", "mcp\", headers: { X-Key: '${file:" + secret + "}' } }");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(yaml, Map.of("SECRET", "x")))
                .withMessageContaining("upstreams.files.headers: X-Key holds characters that a header cannot carry")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hush"));
    }

    @Test
    void anUpstreamWithoutANameIsAProblemLikeOthers() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(MINIMAL.replace("  files:", "  \"\":"), Map.of("SECRET", "x")))
                .withMessageContaining("cannot be a name");
    }

    @Test
    void plainHttpIsForLoopbackOnly() {
        // AS-9
        String local = MINIMAL.replace("https://mcp.example.com", "http://localhost:8080");
        assertThat(read(local, Map.of("SECRET", "x")).isPlainHttp()).isTrue();
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(MINIMAL.replace("https://mcp", "http://mcp"), Map.of("SECRET", "x")))
                .withMessageContaining("publicUrl: must be https");
    }

    @Test
    void aReferenceThatLeadsNowhereNamesTheVariableAndNoValue() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(MINIMAL, Map.of()))
                .satisfies(e -> assertThat(e.problems()).hasSize(1))
                .withMessageContaining("cognito.clientSecret: the environment variable SECRET is not set");
    }

    @Test
    void filesAndFallbacksAreRead() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "from-file\n");
        String yaml = MINIMAL.replace("${SECRET}", "${file:" + secret + "}").replace("abc", "${ID:-fallback}");
        GatewayConfig config = read(yaml, Map.of());
        assertThat(config.cognito().clientSecrets()).isEqualTo(List.of(new Secret("from-file")));
        assertThat(config.cognito().clientId()).isEqualTo("fallback");
    }

    @Test
    void brokenYamlNamesThePlaceAndQuotesNothing() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read("a: [s3cret\nb: }", Map.of()))
                .withMessageContaining("line")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
    }
}
