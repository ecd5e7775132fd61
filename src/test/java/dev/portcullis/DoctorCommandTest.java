package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("portcullis doctor")
class DoctorCommandTest {
    private final StringWriter out = new StringWriter();

    @Test
    @DisplayName("exits with 2 where something does not work, and tells each problem of the file with its path")
    void badConfiguration(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("gateway.yaml"), "publicUrl: http://example.com\n");

        assertThat(run("--config", file.toString(), "--json")).isEqualTo(2);

        JsonObject report = new JsonObject(out.toString());
        assertThat(report.getString("outcome")).isEqualTo("failed");
        assertThat(report.getJsonArray("checks"))
                .extracting(check -> ((JsonObject) check).getString("about"))
                .contains("publicUrl", "cognito.issuer", "upstreams");
    }

    @Test
    @DisplayName("exits with 0 for what was looked at and is well, and with 1 for warnings only when asked to")
    void warnings(@TempDir Path directory) throws IOException {
        assertThat(run(
                        "--config",
                        healthy(directory),
                        "--skip",
                        "keys",
                        "--skip",
                        "public",
                        "--skip",
                        "cognito",
                        "--skip",
                        "redis",
                        "--skip",
                        "upstream",
                        "--strict"))
                .isZero();
        assertThat(out.toString()).contains("config").contains("1 passed, 0 warned, 0 failed, 5 skipped");

        assertThat(run("--config", healthy(directory), "--skip", "nonsense")).isEqualTo(2);
    }

    private static String healthy(Path directory) throws IOException {
        return Files.writeString(directory.resolve("gateway.yaml"), """
                        publicUrl: https://mcp.example.com
                        cognito:
                          issuer: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123
                          domain: https://login.example.com
                          clientId: 1example23456789
                        redis: { url: "redis://localhost:6379" }
                        keys: { directory: keys }
                        upstreams:
                          files: { url: "https://files.example.com/mcp" }
                        """).toString();
    }

    private int run(String... arguments) {
        return new CommandLine(new DoctorCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(new StringWriter()))
                .execute(arguments);
    }
}
