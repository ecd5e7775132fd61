package dev.portcullis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolRulesTest {

    @Test
    void eachRuleHasOneRequirementAndTheirScopesCanBeAskedFor() {
        ToolPolicy policy =
                read("[{ match: 'a*', requireScope: x:a }, { match: b, requireGroup: g }, { match: c, deny: true },"
                                + " { match: '*', allow: true }]")
                        .tools();
        assertThat(policy.rules())
                .extracting(ToolRule::requirement)
                .containsExactly(
                        ToolRule.Requirement.SCOPE,
                        ToolRule.Requirement.GROUP,
                        ToolRule.Requirement.IMPOSSIBLE,
                        ToolRule.Requirement.NOTHING);
        assertThat(policy.scopes()).containsExactly("x:a");
        assertThat(read("[]").tools().isEmpty()).isTrue();
        assertThat(read("[{ match: a, requireScope: x:a }]").offeredScopes()).containsExactly("mcp:files", "x:a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{ match: a }] | exactly one of",
                "[{ match: a, deny: true, requireGroup: g }] | exactly one of",
                "[{ match: a, deny: false }] | exactly one of",
                "[{ deny: true }] | upstreams.files.tools[0].match: is missing",
                "[{ match: a, requireScope: 'x y' }] | must be one scope",
                "[{ match: a, denied: true }] | upstreams.files.tools[0].denied: is not a known key",
                "[a] | upstreams.files.tools[0]: must be a mapping",
                "{ match: a } | must be a list of mappings"
            })
    void mistakesAreNamed(String rules, String complaint) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(rules))
                .withMessageContaining(complaint);
    }

    @Test
    void aUserMayHoldAQuarterAndOneMessageAlways() {
        ToolPolicy unset = read("[], maxInspected: 1MiB").tools();
        assertThat(unset.maxHeldBytes()).isEqualTo(16 << 20);
        assertThat(unset.maxHeldBytesOfUser()).isEqualTo(4 << 20);
        assertThat(read("[], maxInspected: 1MiB, maxHeld: 1MiB").tools().maxHeldBytesOfUser())
                .isEqualTo(1 << 20);
        assertThat(read("[], maxInspected: 256MiB").tools().maxHeldBytes()).isEqualTo(Integer.MAX_VALUE);
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read("[], maxInspected: 1MiB, maxHeld: 1023KiB"))
                .withMessageContaining("upstreams.files.maxHeld: must be at least maxInspected");
    }

    private static GatewayConfig.Upstream read(String rules) {
        String yaml = """
                publicUrl: https://mcp.example.com
                cognito:
                  issuer: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123
                  domain: https://login.example.com/
                  clientId: abc
                keys: { directory: keys }
                upstreams:
                  files: { url: "http://files:3001/mcp", tools: %s }
                """.formatted(rules);
        return new ConfigReader(Map.of())
                .read("gateway.yaml", yaml, Path.of(""))
                .upstreams()
                .values()
                .iterator()
                .next();
    }
}
