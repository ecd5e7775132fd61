package dev.portcullis.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceIndicatorTest {
    @ParameterizedTest
    @CsvSource({
        "https://mcp.example.com/demo/mcp, https://mcp.example.com/demo/mcp",
        "https://mcp.example.com/demo/mcp/, https://mcp.example.com/demo/mcp",
        "HTTPS://MCP.Example.COM/demo/mcp, https://mcp.example.com/demo/mcp",
        "https://mcp.example.com:443/demo/mcp, https://mcp.example.com/demo/mcp",
        "http://localhost:80/demo/mcp, http://localhost/demo/mcp",
        "https://mcp.example.com:8443/demo/mcp, https://mcp.example.com:8443/demo/mcp",
        "https://mcp.example.com/demo/mcp?tenant=blue, https://mcp.example.com/demo/mcp",
        "https://mcp.example.com/, https://mcp.example.com",
        "https://mcp.example.com/Demo/MCP, https://mcp.example.com/Demo/MCP",
        "https://[2001:DB8::1]/mcp, https://[2001:db8::1]/mcp",
    })
    @DisplayName("AS-39: scheme and host fold, the path does not")
    void aResourceHasOneCanonicalForm(String text, String canonical) {
        assertThat(ResourceIndicator.parse(text)).hasValue(new ResourceIndicator(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/demo/mcp",
                "mcp.example.com/demo/mcp",
                "urn:demo",
                "https:///mcp",
                "https://mcp.example.com/mcp#x",
                "https://mcp.example.com/mcp#",
                "https://user@mcp.example.com/mcp",
                "https://mcp.example.com/a b",
                "https://mcp_example.com:x/mcp"
            })
    @DisplayName("AS-38: relative, with a fragment, with a user, or no URI at all: no resource")
    void whatIsNoResource(String text) {
        assertThat(ResourceIndicator.parse(text)).isEmpty();
    }
}
