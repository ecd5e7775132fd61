package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentUrlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://claude.ai/oauth/claude-code-client-metadata",
                "https://chatgpt.com/oauth/abc/client.json",
                "https://client.example/",
                "https://client.example:443/client.json",
                "https://client.example/client.json?version=2",
                "https://xn--bcher-kva.example/c.json",
                "https://client.example/a..b/.well-known/c",
                "https://1.2.3.4.client.example/c"
            })
    @DisplayName("CR-12: an https address with a path is accepted and kept character for character")
    void goodAddresses(String address) {
        DocumentUrl url = DocumentUrl.parse(address, false);
        assertThat(url.text()).isEqualTo(address);
        assertThat(url.port()).isEqualTo(443);
        assertThat(address).contains(url.host() + (address.contains(":443") ? ":443" : "") + url.target());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://client.example/c.json",
                "HTTPS://client.example/c.json",
                "ftp://client.example/c.json",
                "https:client.example/c.json",
                "https:///c.json",
                "//client.example/c.json",
                "https://client.example",
                "https://client.example?c",
                "https://client.example/c.json#x",
                "https://client.example/c.json#",
                "https://user@client.example/c.json",
                "https://user:secret@client.example/c.json",
                "https://@client.example/c.json",
                "https://client.example:8443/c.json",
                "https://client.example:80/c.json",
                "https://client.example:22/c.json",
                "https://client.example/../c.json",
                "https://client.example/a/./c.json",
                "https://client.example/a/..",
                "https://client.example/a/%2e%2E/c.json",
                "https://client.example/.%2e/c.json",
                "https://Client.example/c.json",
                "https://bücher.example/c.json",
                "https://client.example\\@evil.example/c.json",
                "https://client.example/c .json",
                "https://client.example/c\r\nHost: evil",
                "https://client.example./c.json",
                "https://-client.example/c.json",
                "https://localhost/c.json",
                "https://metadata/c.json"
            })
    @DisplayName("CR-12: any other form of address is refused")
    void badAddresses(String address) {
        assertThatExceptionOfType(FetchProblem.class)
                .isThrownBy(() -> DocumentUrl.parse(address, false))
                .satisfies(problem -> assertThat(problem.isPassing()).isFalse())
                .satisfies(problem -> assertThat(problem.reason()).startsWith("has an address"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "93.184.216.34",
                "127.1",
                "2130706433",
                "0177.0.0.1",
                "017700000001",
                "0x7f000001",
                "0x7f.0.0.1",
                "127.0.0.1.",
                "169.254.169.254",
                "client.0x7f",
                "client.1",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[fd00:ec2::254]",
                "[fe80::1%25eth0]",
                "[2606:4700::1111]"
            })
    @DisplayName("CR-16: a host in numbers is refused in every notation, octal, decimal, hexadecimal and IPv6 included")
    void numbersAreNoHosts(String host) {
        assertThatExceptionOfType(FetchProblem.class)
                .isThrownBy(() -> DocumentUrl.parse("https://" + host + "/c.json", false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:3000/c.json",
                "http://127.0.0.1:3000/c.json",
                "http://[::1]:3000/c.json",
                "https://localhost:3000/c.json"
            })
    void thisMachineIsForDevelopmentOnly(String address) {
        assertThatExceptionOfType(FetchProblem.class).isThrownBy(() -> DocumentUrl.parse(address, false));
        DocumentUrl url = DocumentUrl.parse(address, true);
        assertThat(url.loopback()).isTrue();
        assertThat(url.displayHost()).endsWith(":3000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://client.example/c.json",
                "http://127.0.0.2/c.json",
                "http://0.0.0.0/c.json",
                "http://127.1/c.json",
                "http://localhost.evil.example/c.json",
                "http://u@localhost/c.json",
                "http://localhost/../c.json",
                "http://localhost"
            })
    void otherPlainHttpStaysRefusedInDevelopment(String address) {
        assertThatExceptionOfType(FetchProblem.class).isThrownBy(() -> DocumentUrl.parse(address, true));
    }

    @Test
    void anEndlessAddressIsRefused() {
        assertThatExceptionOfType(FetchProblem.class)
                .isThrownBy(() -> DocumentUrl.parse("https://client.example/" + "a".repeat(1024), false));
    }

    @Property
    @Label("CR-12: whatever is accepted is nothing but scheme, host and target, in this order")
    void nothingHidesInAnAddress(@ForAll("addresses") String address) {
        DocumentUrl url;
        try {
            url = DocumentUrl.parse(address, true);
        } catch (FetchProblem problem) {
            return;
        }
        String origin = (url.isHttps() ? "https://" : "http://") + url.host();
        // Not where a path looks like it.
        String port = url.text().startsWith(origin + ":" + url.port()) ? ":" + url.port() : "";
        assertThat(address).isEqualTo(origin + port + url.target());
        assertThat(url.target()).startsWith("/").doesNotContain("#", " ", "\r", "\n", "\\");
        assertThat(url.loopback() || url.isHttps() && url.port() == 443).isTrue();
    }

    @Provide
    Arbitrary<String> addresses() {
        Arbitrary<String> pieces = Arbitraries.of(
                "https",
                "http",
                ":",
                "/",
                "//",
                "://",
                "@",
                "#",
                "?",
                "\\",
                "..",
                ".",
                "%2e",
                "%00",
                "client.example",
                "localhost",
                "127.0.0.1",
                "[::1]",
                "0x7f",
                "1",
                ":443",
                ":8080",
                "a",
                "A",
                "-",
                "_",
                " ",
                "\t",
                "\r\n",
                "ü");
        return Combinators.combine(
                        Arbitraries.of("https://client.example", "https://", "http://localhost", ""),
                        pieces.list().ofMaxSize(8))
                .as((start, rest) -> start + String.join("", rest));
    }
}
