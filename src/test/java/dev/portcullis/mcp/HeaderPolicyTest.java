package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which headers the two sides see of each other. */
@DisplayName("Of the headers")
class HeaderPolicyTest {

    @RegisterExtension
    private static final Wire WIRE =
            new Wire(upstream -> upstream.put("headers", new JsonObject().put("X-Api-Key", "of-the-gateway")));

    @Test
    @DisplayName("the client's credentials never reach the upstream (GW-1)")
    void credentialsStayHere() {
        Head seen = upstreamSees("Cookie: a=b", "Proxy-Authorization: Basic eA==", "Cookie2: c");
        assertThat(seen.headers()).doesNotContainKeys("authorization", "cookie", "cookie2", "proxy-authorization");
        assertThat(seen.toString()).doesNotContain(WIRE.token());
    }

    @Test
    @DisplayName("who calls is told by the gateway alone, however the name is spelled (GW-3)")
    void identityIsOurs() {
        Head seen = upstreamSees(
                "X-Forwarded-User: mallory",
                "x-forwarded-email: mallory@example.com",
                "X_Forwarded_User: mallory",
                "X-Forwarded_Groups: admins",
                "X-Forwarded-Groups: admins",
                "X-Forwarded-Client: mallory",
                "X-Forwarded-Prefix: /mallory",
                "X-Forwarded-For: 6.6.6.6",
                "X-Forwarded-Host: mallory.example",
                "X-Real-IP: 6.6.6.6",
                "Forwarded: for=6.6.6.6",
                "X-Request-Id: mallory",
                "X-Api-Key: mallory");
        assertThat(seen.toString())
                .doesNotContain("mallory")
                .doesNotContain("6.6.6.6")
                .doesNotContain("admins");
        assertThat(seen.header("x-forwarded-email")).isEqualTo("maria@example.com");
        assertThat(seen.header("x-forwarded-preferred-username")).isEqualTo("maria");
        assertThat(seen.header("x-forwarded-client")).isEqualTo(WIRE.client().id());
        assertThat(seen.header("x-forwarded-proto")).isEqualTo("http");
        assertThat("http://" + seen.header("x-forwarded-host"))
                .isEqualTo(WIRE.world().url());
        assertThat(seen.header("x-api-key")).isEqualTo("of-the-gateway");
        assertThat(seen.header("x-request-id")).hasSize(12);
    }

    @Test
    @DisplayName("those of one hop end here, with those that Connection names (RFC 9110 §7.6.1)")
    void hopByHopEndsHere() {
        Head seen = upstreamSees(
                "Connection: keep-alive, X-Secret-Hop, , Mcp-Name",
                "Connection: x-other-hop",
                "X-Secret-Hop: 1",
                "X-Other-Hop: 1",
                "Mcp-Name: 1",
                "Keep-Alive: timeout=5",
                "TE: trailers",
                "Upgrade: h2c",
                "Proxy-Connection: keep-alive");
        assertThat(seen.headers())
                .doesNotContainKeys(
                        "x-secret-hop",
                        "x-other-hop",
                        "mcp-name",
                        "keep-alive",
                        "te",
                        "upgrade",
                        "http2-settings",
                        "proxy-connection");
        assertThat(seen.header("connection")).isIn("", "keep-alive");
    }

    @Test
    @DisplayName("Mcp-* and unknown ones pass with their values untouched (GW-5, TR-8)")
    void mcpPasses() {
        Head seen = upstreamSees(
                "MCP-Protocol-Version: 2031-01-01",
                "Mcp-Method: tools/call",
                "mcp-name: =?base64?ZWNobw==?=",
                "Mcp-Param-Region: Eu-West-1",
                "MCP-PARAM-x: =?BASE64?not decoded?=",
                "Accept: application/json, text/event-stream",
                "X-Whatever: \"a, b\"");
        assertThat(seen.header("mcp-protocol-version")).isEqualTo("2031-01-01");
        assertThat(seen.header("mcp-method")).isEqualTo("tools/call");
        assertThat(seen.header("mcp-name")).isEqualTo("=?base64?ZWNobw==?=");
        assertThat(seen.header("mcp-param-region")).isEqualTo("Eu-West-1");
        assertThat(seen.header("mcp-param-x")).isEqualTo("=?BASE64?not decoded?=");
        assertThat(seen.header("accept")).isEqualTo("application/json, text/event-stream");
        assertThat(seen.header("x-whatever")).isEqualTo("\"a, b\"");
    }

    @Test
    @DisplayName("the caller's trace goes on to the upstream, from a span of the gateway's; without one a trace begins")
    void traceGoesOn() {
        Head traced = upstreamSees(
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate: vendor=1");
        assertThat(traced.header("traceparent"))
                .matches("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01")
                .doesNotContain("b7ad6b7169203331");
        assertThat(traced.header("tracestate")).isEqualTo("vendor=1");

        WIRE.upstream().forget();
        Head untraced = upstreamSees("tracestate: vendor=1");
        assertThat(untraced.header("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
        assertThat(untraced.has("tracestate")).isFalse();
    }

    @Test
    @DisplayName("what an upstream says for the whole origin does not reach the client (GW-4)")
    void theOriginIsOurs() {
        Head seen = clientSees(
                "Set-Cookie: a=b",
                "WWW-Authenticate: Bearer resource_metadata=\"https://elsewhere.example\"",
                "Proxy-Authenticate: Basic",
                "Access-Control-Allow-Origin: *",
                "Access-Control-Allow-Credentials: true",
                "Strict-Transport-Security: max-age=1",
                "Clear-Site-Data: \"*\"",
                "Alt-Svc: h3=\":443\"",
                "Service-Worker-Allowed: /",
                "X-Request-Id: elsewhere",
                "Connection: X-Hop",
                "X-Hop: 1",
                "Keep-Alive: timeout=5",
                "Upgrade: h2c",
                "Mcp-Session-Id: none",
                "X-Passes: yes");
        assertThat(seen.headers())
                .doesNotContainKeys(
                        "set-cookie",
                        "www-authenticate",
                        "proxy-authenticate",
                        "access-control-allow-origin",
                        "access-control-allow-credentials",
                        "strict-transport-security",
                        "clear-site-data",
                        "alt-svc",
                        "service-worker-allowed",
                        "x-hop",
                        "keep-alive",
                        "upgrade");
        assertThat(seen.header("x-request-id")).hasSize(12).isNotEqualTo("elsewhere");
        assertThat(seen.header("x-passes")).isEqualTo("yes");
    }

    @Test
    @DisplayName("an upstream's 401 and 407 are trouble of ours: 502, and no challenge (GW-4)")
    void refusedCredentialsAreOurTrouble() {
        for (String status : new String[] {"401 Unauthorized", "407 Proxy Authentication Required"}) {
            WIRE.upstream().forget();
            try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
                RawConnection upstream = WIRE.upstream().accept();
                upstream.readBody(upstream.readHead());
                upstream.write("HTTP/1.1 " + status + "\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n");
                Head answered = client.readHead();
                assertThat(answered.status()).isEqualTo(502);
                assertThat(answered.has("www-authenticate")).isFalse();
                assertThat(new JsonObject(client.readBody(answered)).getString("error"))
                        .isEqualTo("upstream_unreachable");
            }
        }
    }

    @Test
    @DisplayName("an upstream's 400, 404 and 405 pass with their body, for they are statements about MCP (GW-18, TR-9)")
    void protocolStatementsPass() {
        for (String status : new String[] {"400 Bad Request", "404 Not Found", "405 Method Not Allowed"}) {
            WIRE.upstream().forget();
            try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
                RawConnection upstream = WIRE.upstream().accept();
                upstream.readBody(upstream.readHead());
                upstream.write("HTTP/1.1 " + status + "\r\nContent-Length: 14\r\n\r\n{\"code\":-32022");
                Head answered = client.readHead();
                assertThat(answered.line()).endsWith(status);
                assertThat(client.readBody(answered)).isEqualTo("{\"code\":-32022");
            }
        }
    }

    private static Head upstreamSees(String... headers) {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}", headers))) {
            return WIRE.upstream().accept().readHead();
        }
    }

    private static Head clientSees(String... headers) {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 200 OK\r\n" + String.join("\r\n", headers) + "\r\nContent-Length: 2\r\n\r\n{}");
            return client.readHead();
        }
    }
}
