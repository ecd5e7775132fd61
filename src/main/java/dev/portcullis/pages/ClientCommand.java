package dev.portcullis.pages;

import java.util.List;

/**
 * How one of the usual clients is connected.
 *
 * @param instruction what to do with the text
 * @param text a command or a snippet, ready to paste
 */
public record ClientCommand(String client, String instruction, String text) {

    /**
     * @param name of letters, digits and {@code -}
     * @param url without characters that a shell or JSON would interpret, as every configured public URL is
     */
    public static List<ClientCommand> all(String name, String url) {
        if (!name.matches("[a-z0-9-]+") || !url.matches("[A-Za-z0-9:/._\\[\\]-]+")) {
            throw new IllegalArgumentException("not a name and URL that can be pasted anywhere");
        }
        return List.of(
                new ClientCommand("Claude Code", "Run", "claude mcp add --transport http " + name + " " + url),
                new ClientCommand("Claude", "Settings, Connectors, Add custom connector; paste", url),
                new ClientCommand(
                        "Cursor",
                        "Put into ~/.cursor/mcp.json",
                        "{\"mcpServers\": {\"" + name + "\": {\"url\": \"" + url + "\"}}}"),
                new ClientCommand(
                        "VS Code",
                        "Run",
                        "code --add-mcp '{\"name\":\"" + name + "\",\"type\":\"http\",\"url\":\"" + url + "\"}'"),
                new ClientCommand(
                        "MCP Inspector",
                        "Run, choose Streamable HTTP, paste the URL",
                        "npx @modelcontextprotocol/inspector"),
                new ClientCommand("Any other client", "As a local server, run", "npx mcp-remote " + url));
    }
}
