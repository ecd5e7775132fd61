package dev.portcullis.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which redirect URIs may be registered, and which request each of them allows. */
class RedirectUriTest {
    private static final List<String> NO_SCHEMES = List.of();

    @ParameterizedTest
    @DisplayName("CR-1: what clients in the field register is allowed")
    @ValueSource(
            strings = {
                "https://claude.ai/api/mcp/auth_callback",
                "https://claude.com/api/mcp/auth_callback",
                "https://vscode.dev/redirect",
                "https://insiders.vscode.dev/redirect",
                "http://127.0.0.1:33418",
                "http://127.0.0.1:33418/",
                "https://cursor.com/api/auth/mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback",
                "https://chatgpt.com/connector/oauth/AbC-123_x",
                "http://localhost:3334/oauth/callback",
                "http://127.0.0.1:6274/oauth/callback",
                "http://localhost/callback",
                "http://[::1]:8080/cb",
                "https://app.example:8443/cb?tenant=a&x=%2F",
                "https://xn--bcher-kva.example/cb"
            })
    void whatClientsRegisterIsAllowed(String uri) {
        assertThat(RedirectUri.parse(uri, NO_SCHEMES)).hasValue(new RedirectUri(uri));
    }

    @ParameterizedTest
    @DisplayName("CR-1, AS-19, AS-23: tricks are not registered")
    @ValueSource(
            strings = {
                "",
                "/cb",
                "//a.example/cb",
                "a.example/cb",
                "http://a.example/cb",
                "http://127.1/cb",
                "http://127.0.0.2/cb",
                "http://2130706433/cb",
                "http://0x7f.0.0.1/cb",
                "http://localhost./cb",
                "http://LOCALHOST/cb",
                "http://localhost.evil.example/cb",
                "http://localhost@evil.example/cb",
                "http://localhost:80@evil.example/cb",
                "http://localhost:/cb",
                "http://localhost:99999/cb",
                "http://localhost:8080#/cb",
                "http://[::ffff:127.0.0.1]/cb",
                "HTTPS://a.example/cb",
                "https:///cb",
                "https://a.example:/cb",
                "https://a.example:99999/cb",
                "https://u@a.example/cb",
                "https://u:p@a.example/cb",
                "https://@a.example/cb",
                "https://a.example/cb#f",
                "https://a.example/cb#",
                "https://a.example\\@evil.example/cb",
                "https://a.example/\\evil.example",
                "https://a.example/../cb",
                "https://a.example/x/..",
                "https://a.example/./cb",
                "https://a.example/%2e%2E/cb",
                "https://a.example/x%2f..%2fcb",
                "https://a.example/cb?code=mine",
                "https://a.example/cb?x=1&%73tate=mine",
                "https://a.example/cb?iss=https://evil.example",
                "https://a.example/cb?error",
                "https://b\u00fccher.example/cb",
                "https://a.example/\u202ecb",
                "https://a.example/c b",
                "https://a.example/cb\r\nSet-Cookie: x",
                "https://a.example/cb\u0000",
                "https://a.example/<script>",
                "https://a.example/%zz",
                "javascript:alert(1)",
                "javascript://a.example/%0aalert(1)",
                "data:text/html,x",
                "file:///etc/passwd",
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "com.example.app:/cb"
            })
    void tricksAreNotRegistered(String uri) {
        assertThat(RedirectUri.parse(uri, NO_SCHEMES)).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("CR-1: a private-use scheme is allowed where the operator named it, exactly and with a path")
    @CsvSource({
        "cursor://anysphere.cursor-mcp/oauth/callback,true",
        "cursor:/cb,true",
        "cursor:cb,false",
        "Cursor://anysphere.cursor-mcp/oauth/callback,false",
        "cursor2://anysphere.cursor-mcp/oauth/callback,false",
        "cursor://u@h/cb,false",
        "cursor://h/cb#f,false"
    })
    void privateUseSchemes(String uri, boolean allowed) {
        assertThat(RedirectUri.parse(uri, List.of("cursor")).isPresent()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @DisplayName("CR-2: an exact string, except for the port of a loopback address")
    @CsvSource({
        "https://a.example/cb,https://a.example/cb,true",
        "https://a.example/cb,https://a.example:443/cb,false",
        "https://a.example/cb,https://A.example/cb,false",
        "https://a.example/cb,https://a.example/cb/,false",
        "https://a.example/cb,https://a.example//cb,false",
        "https://a.example/cb,https://a.example/%63b,false",
        "https://a.example/cb,https://a.example/x/../cb,false",
        "https://a.example/cb,https://a.example/cb?x=1,false",
        "https://a.example/cb,https://a.example/cb#,false",
        "https://a.example/cb,https://a.example@evil.example/cb,false",
        "https://a.example/cb,https://a.example.evil.example/cb,false",
        "https://a.example/cb?next=/,https://a.example/cb?next=//evil.example,false",
        "http://localhost/callback,http://localhost:49152/callback,true",
        "http://localhost:33418/cb,http://localhost/cb,true",
        "http://127.0.0.1:33418,http://127.0.0.1:51000,true",
        "http://127.0.0.1:33418,http://127.0.0.1:51000/,true",
        "http://127.0.0.1:33418/,http://127.0.0.1:51000,true",
        "http://127.0.0.1:33418/,http://127.0.0.1:51000/x,false",
        "http://127.0.0.1:33418/x,http://127.0.0.1:51000/x/,false",
        "https://a.example,https://a.example/,false",
        "http://[::1]:1/cb,http://[::1]:2/cb,true",
        "http://localhost/cb?a=b,http://localhost:1/cb?a=b,true",
        "http://localhost/cb?a=b,http://localhost:1/cb?a=c,false",
        "http://localhost/cb,http://127.0.0.1/cb,false",
        "http://127.0.0.1/cb,http://[::1]/cb,false",
        "http://localhost/cb,https://localhost/cb,false",
        "http://localhost/cb,http://LOCALHOST:1/cb,false",
        "http://localhost/cb,http://localhost:65536/cb,false",
        "http://localhost/cb,http://localhost:/cb,false",
        "http://localhost/cb,http://localhost:1:2/cb,false",
        "http://localhost/cb,http://localhost:-1/cb,false",
        "http://localhost/cb,http://localhost:80@evil.example/cb,false",
        "http://localhost/cb,http://u@localhost:1/cb,false",
        "http://localhost/cb,http://localhost:1/cb#x,false",
        "http://localhost/cb,http://localhost:1/../cb,false",
        "http://localhost/cb,http://localhost.evil.example:1/cb,false"
    })
    void matching(String registered, String requested, boolean allowed) {
        RedirectUri uri = RedirectUri.parse(registered, NO_SCHEMES).orElseThrow();
        assertThat(uri.matches(requested)).isEqualTo(allowed);
    }

    @Property(tries = 500)
    @Label("CR-2: whatever port a native app got, it is allowed, and still the same redirect URI")
    void anyPortOfALoopbackAddress(@ForAll("loopback") String uri, @ForAll @IntRange(min = 1, max = 65535) int port) {
        String requested = uri.replaceFirst("(http://(?:localhost|127\\.0\\.0\\.1|\\[::1]))(:\\d+)?", "$1:" + port);
        RedirectUri registered = RedirectUri.parse(uri, NO_SCHEMES).orElseThrow();
        assertThat(registered.matches(requested)).isTrue();
        assertThat(new RedirectUri(requested).identity()).isEqualTo(registered.identity());
    }

    @Property(tries = 2000)
    @Label("CR-2, CR-3: any change of a registered https URI makes it another one")
    void anyChangeIsAnotherUri(@ForAll("web") String uri, @ForAll("mutation") Mutation mutation) {
        String changed = mutation.of(uri);
        assertThat(RedirectUri.parse(uri, NO_SCHEMES).orElseThrow().matches(changed))
                .isEqualTo(changed.equals(uri));
    }

    @Property(tries = 2000)
    @Label("CR-2: a change of a loopback URI matters unless it is in the port")
    void anyChangeOutsideOfThePort(@ForAll("loopback") String uri, @ForAll("mutation") Mutation mutation) {
        String changed = mutation.of(uri);
        boolean sameButThePort = changed.matches("http://(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d{1,5})?([/?].*)?")
                && withoutPort(changed).equals(withoutPort(uri));
        if (RedirectUri.parse(uri, NO_SCHEMES).orElseThrow().matches(changed)) {
            assertThat(sameButThePort || changed.equals(uri)).as(changed).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost/cb",
                "https://localhost:8443/cb",
                "https://LocalHost/cb",
                "https://localhost./cb",
                "https://app.localhost/cb",
                "https://127.0.0.1/cb",
                "https://127.8.8.8:1/cb",
                "https://0.0.0.0/cb",
                "https://[::1]/cb",
                "https://[::1]:8443/cb",
                "https://[0:0:0:0:0:0:0:1]/cb",
                "https://[::ffff:127.0.0.1]/cb"
            })
    @DisplayName("CR-17: nobody owns an https address on the person's own machine; its port counts all the same")
    void httpsOnThisMachineIsLoopback(String text) {
        RedirectUri uri = RedirectUri.parse(text, List.of()).orElseThrow();
        assertThat(uri.isLoopback()).isTrue();
        assertThat(uri.isClaimed()).isFalse();
        assertThat(uri.matches(text)).isTrue();
        assertThat(uri.matches(text.replaceFirst("(:\\d+)?/cb$", ":9999/cb"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost.example/cb",
                "https://notlocalhost/cb",
                "https://128.0.0.1/cb",
                "https://[2001:db8::1]/cb",
                "https://app.example/localhost"
            })
    void otherHttpsAddressesAreClaimed(String text) {
        RedirectUri uri = RedirectUri.parse(text, List.of()).orElseThrow();
        assertThat(uri.isLoopback()).isFalse();
        assertThat(uri.isClaimed()).isTrue();
    }

    /** No path and the path {@code /} are one (RFC 3986 §6.2.3). */
    private static String withoutPort(String uri) {
        String bare = uri.replaceFirst("(//[a-z0-9.]+|//\\[::1]):\\d+", "$1");
        return bare.matches("http://[^/?]+") ? bare + "/" : bare;
    }

    @Property(tries = 2000)
    @Label("CR-1: whatever is registered is plain ASCII on https, loopback or a scheme that was allowed")
    void whateverIsRegisteredIsHarmless(@ForAll("anything") String text) {
        Optional<RedirectUri> parsed = RedirectUri.parse(text, List.of("app"));
        parsed.ifPresent(uri -> {
            assertThat(uri.value()).isEqualTo(text).matches("[\\x21-\\x7E]+").doesNotContain("#", "\\", "<", "\"");
            assertThat(Set.of("https", "http", "app")).contains(text.substring(0, text.indexOf(':')));
            assertThat(text.startsWith("https:") ? uri.isClaimed() : text.startsWith("http:"))
                    .isEqualTo(text.startsWith("https:") ? !uri.isLoopback() : uri.isLoopback());
        });
    }

    /** A character put in, taken out or replaced. */
    record Mutation(int kind, int place, char with) {
        String of(String text) {
            int at = place % text.length();
            return text.substring(0, at) + (kind == 1 ? "" : with) + text.substring(kind == 0 ? at : at + 1);
        }
    }

    @Provide
    Arbitrary<Mutation> mutation() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 10_000),
                        Arbitraries.of("./\\@:#?&%;= \t\r\n0aA\u0430\u2024"
                                .chars()
                                .mapToObj(c -> (char) c)
                                .toList()))
                .as(Mutation::new);
    }

    @Provide
    Arbitrary<String> web() {
        return Combinators.combine(
                        Arbitraries.of("a.example", "app.example.com:8443", "xn--bcher-kva.example", "[2001:db8::1]"),
                        path(),
                        Arbitraries.of("", "?x=1", "?next=%2Fhome&y"))
                .as((host, path, query) -> "https://" + host + path + query);
    }

    @Provide
    Arbitrary<String> loopback() {
        return Combinators.combine(
                        Arbitraries.of("localhost", "127.0.0.1", "[::1]"),
                        Arbitraries.of("", ":1", ":33418", ":65535"),
                        path(),
                        Arbitraries.of("", "?x=1"))
                .as((host, port, path, query) -> "http://" + host + port + path + query);
    }

    private static Arbitrary<String> path() {
        return Arbitraries.strings()
                .withChars("abcXYZ019-_~")
                .ofMinLength(1)
                .ofMaxLength(6)
                .list()
                .ofMaxSize(3)
                .map(segments -> segments.isEmpty() ? "" : "/" + String.join("/", segments));
    }

    @Provide
    Arbitrary<String> anything() {
        Arbitrary<String> parts = Arbitraries.of(
                "https:",
                "http:",
                "app:",
                "javascript:",
                "//",
                "/",
                "a.example",
                "localhost",
                "127.0.0.1",
                "[::1]",
                ":80",
                "@",
                "#",
                "?",
                "..",
                "%2e",
                "%0d%0a",
                "\\",
                "<",
                "\"",
                "\r\n",
                "\u202e",
                "code=1",
                "x",
                " ");
        return Arbitraries.oneOf(
                parts.list().ofMaxSize(8).map(list -> String.join("", list)),
                Arbitraries.strings().ofMaxLength(40).map(tail -> "https://a.example/" + tail),
                Arbitraries.strings().ofMaxLength(40));
    }
}
