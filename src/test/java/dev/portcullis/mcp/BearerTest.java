package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may pass, and what the others are told. */
@DisplayName("A request")
class BearerTest {
    private static final Duration MOMENT = Duration.ofMillis(100);

    @RegisterExtension
    private static final Wire WIRE = new Wire();

    @ParameterizedTest
    @ValueSource(strings = {"POST", "GET", "DELETE", "HEAD"})
    @DisplayName("of any method without a token is 401, with a challenge that names no error (RS-6, RS-7, RS-8, RS-9)")
    void needsAToken(String method) {
        Head head = refused(WIRE.bareHead(method, "Mcp-Session-Id: some\r\n"));
        assertThat(head.status()).isEqualTo(401);
        assertThat(head.header("www-authenticate"))
                .isEqualTo("Bearer resource_metadata=\"" + WIRE.world().url()
                        + "/.well-known/oauth-protected-resource/demo/mcp\", scope=\"mcp:demo\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer x",
                "Bearer ",
                "bearer a.b.c",
                "Bearer eyJhbGciOiJub25lIn0.e30.",
                "Bearer \u00ff\u00fe.\u00ff.\u00ff",
                "Bearer ...",
                "Bearer a b"
            })
    @DisplayName("with a token that is none of ours is 401 invalid_token (RS-6, RS-7)")
    void needsAGoodToken(String authorization) {
        Head head = refused(WIRE.bareHead("POST", "Authorization: " + authorization + "\r\n"));
        assertThat(head.status()).isEqualTo(401);
        assertThat(head.header("www-authenticate")).startsWith("Bearer ");
        assertThat(head.header("www-authenticate").contains("error=\"invalid_token\""))
                .isEqualTo(!authorization.equals("Bearer "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS384", "HS256", "none", "ES256"})
    @DisplayName("whose token names another algorithm or type is 401 (RS-11)")
    void algorithmIsPinned(String algorithm) {
        String[] parts = WIRE.token().split("\\.");
        String header = new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8);
        for (String changed : new String[] {header.replace("RS256", algorithm), header.replace("at+jwt", "JWT")}) {
            String token =
                    Base64.getUrlEncoder().withoutPadding().encodeToString(changed.getBytes(StandardCharsets.UTF_8))
                            + "." + parts[1] + "." + parts[2];
            assertThat(refused(WIRE.bareHead("POST", "Authorization: Bearer " + token + "\r\n"))
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    @DisplayName("with a token for another resource is 401, warm or cold (RS-11)")
    void audienceIsExact() {
        for (int i = 0; i < 2; i++) {
            Head head = refused(WIRE.head("POST").replace("/demo/", "/other/"));
            assertThat(head.status()).isEqualTo(401);
            assertThat(head.header("www-authenticate"))
                    .contains("error=\"invalid_token\"", "oauth-protected-resource/other/mcp");
            assertThat(passes(WIRE.post("{}"))).isEqualTo(202);
        }
    }

    @Test
    @DisplayName("with its token in the query or in the body is 401 (RS-10)")
    void onlyTheHeaderCounts() {
        assertThat(refused(WIRE.bareHead("POST", "").replace("/mcp", "/mcp?access_token=" + WIRE.token()))
                        .status())
                .isEqualTo(401);
        try (RawConnection client = WIRE.connect()
                .write(WIRE.bareHead("POST", "Content-Type: application/x-www-form-urlencoded\r\n")
                        + "Content-Length: 14\r\n\r\naccess_token=x")) {
            assertThat(client.readHead().status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bearer", "BEARER", "Bearer"})
    @DisplayName("may spell the scheme as it likes (RS-10)")
    void schemeHasNoCase(String scheme) {
        assertThat(passes(WIRE.post("{}").replace("Bearer ", scheme + " "))).isEqualTo(202);
    }

    @Test
    @DisplayName("with two credentials is 400 (RS-16)")
    void twoCredentialsAreMalformed() {
        for (String second : new String[] {"Bearer " + WIRE.token(), "Basic eDp5"}) {
            for (String both : new String[] {
                WIRE.head("POST", "Authorization: " + second),
                WIRE.bareHead("POST", "Authorization: " + second + "\r\nAuthorization: Bearer " + WIRE.token() + "\r\n")
            }) {
                Head head = refused(both);
                assertThat(head.status()).isEqualTo(400);
                assertThat(head.header("www-authenticate")).contains("error=\"invalid_request\"");
            }
        }
    }

    @Test
    @DisplayName("that is refused leaves the connection usable if its body was short, and ends it if not")
    void unreadBodies() {
        try (RawConnection client = WIRE.connect()) {
            for (int i = 0; i < 3; i++) {
                client.write(WIRE.bareHead("POST", "Content-Length: 60000\r\n") + "\r\n" + "x".repeat(60_000));
                Head head = client.readHead();
                assertThat(head.status()).isEqualTo(401);
                assertThat(head.has("connection")).isFalse();
                client.readBody(head);
            }
            client.write(WIRE.bareHead("POST", "Content-Length: 70000000\r\n") + "\r\n" + "x".repeat(100_000));
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(401);
            assertThat(head.header("connection")).isEqualTo("close");
            client.readBody(head);
            client.awaitEnd();
        }
    }

    @Test
    @DisplayName("in a flood of bad tokens costs no call to Cognito and pushes no good token out (RS-6)")
    void aFloodCostsNothing() {
        assertThat(passes(WIRE.post("{}"))).isEqualTo(202);
        long before = WIRE.world().cognito().calls().jwksFetches();
        String[] parts = WIRE.token().split("\\.");
        try (RawConnection client = WIRE.connect()) {
            for (int i = 0; i < 2000; i++) {
                String forged = parts[0] + "." + parts[1] + "."
                        + Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(("forged " + i).getBytes(StandardCharsets.UTF_8));
                client.write(WIRE.bareHead("POST", "Authorization: Bearer " + forged + "\r\n")
                        + "Content-Length: 2\r\n\r\n{}");
                Head head = client.readHead();
                assertThat(head.status()).isEqualTo(401);
                client.readBody(head);
            }
        }
        assertThat(WIRE.world().cognito().calls().jwksFetches()).isEqualTo(before);
        assertThat(passes(WIRE.post("{}"))).isEqualTo(202);
    }

    private static Head refused(String headWithoutEnd) {
        try (RawConnection client = WIRE.connect().write(headWithoutEnd + "\r\n")) {
            Head head = client.readHead();
            assertThat(WIRE.upstream().accept(MOMENT)).isEmpty();
            return head;
        }
    }

    private static int passes(String request) {
        WIRE.upstream().forget();
        try (RawConnection client = WIRE.connect().write(request)) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
            return client.readHead().status();
        }
    }
}
