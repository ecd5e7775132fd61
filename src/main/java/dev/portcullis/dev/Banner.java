package dev.portcullis.dev;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.dev.cognito.CognitoSimulator;
import dev.portcullis.dev.mcp.DemoMcpServer;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.pages.ClientCommand;
import java.util.List;

/** What the development world says when it is up: addresses to paste, the login, where things are. */
final class Banner {
    private static final List<String> SHOWN = List.of("Claude Code", "Cursor", "VS Code", "MCP Inspector");

    private Banner() {}

    static String of(GatewayConfig config, DevWorld.Options options, LocalRedis redis, CognitoSimulator cognito) {
        StringBuilder text = new StringBuilder("\n  Portcullis is open.\n");
        for (GatewayConfig.Upstream upstream : config.upstreams().values()) {
            text.append("\n  Give this URL to your MCP client:\n\n      ")
                    .append(upstream.resource())
                    .append("\n\n");
            for (ClientCommand command : ClientCommand.all(upstream.name(), upstream.resource())) {
                if (SHOWN.contains(command.client())) {
                    text.append("  ")
                            .append(String.format("%-14s", command.client()))
                            .append(command.text())
                            .append('\n');
                }
            }
        }
        return text.append("\n  Sign in as    ")
                .append(options.user())
                .append(password(options))
                .append("\n  Home page     ")
                .append(config.publicUrl())
                .append("\n  Cognito       ")
                .append(cognito.domain())
                .append("  (a local stand-in)")
                .append("\n  Redis         ")
                .append(redis.origin())
                .append(", keeps nothing; keys and registrations live as long as this process")
                .append("\n  Stop          Ctrl-C\n")
                .toString();
    }

    static String ofCognito(CognitoSimulator cognito, DevWorld.Options options) {
        return "\n  A local Cognito is up.\n"
                + "\n  issuer        " + cognito.issuer()
                + "\n  jwksUri       " + cognito.jwksUri()
                + "\n  domain        " + cognito.domain()
                + "\n  clientId      " + cognito.pool().client().id()
                + "\n  clientSecret  " + cognito.pool().client().secrets().get(0)
                + "\n  callback URL  " + options.publicUrl() + "/callback"
                + "\n  Sign in as    " + options.user() + password(options)
                + "\n  Stop          Ctrl-C\n";
    }

    static String ofMcp(DemoMcpServer server) {
        return "\n  A demo MCP server is up at " + server.url()
                + "; it believes every header.\n  Stop          Ctrl-C\n";
    }

    /** The well-known one is shown; one that somebody chose is not repeated where logs may be kept. */
    private static String password(DevWorld.Options options) {
        return options.password().equals(DevWorld.DEFAULT_PASSWORD)
                ? "  with password  " + options.password()
                : "  with the password you chose";
    }
}
