package dev.portcullis.pages;

import java.util.List;

/** Which MCP servers are here, and how to connect a client to each. */
public record HomePage(List<Server> servers) {

    /** @param mcpUrl what to give a client */
    public record Server(String displayName, String mcpUrl, List<ClientCommand> commands) {

        /** @param name as a client's configuration would call it */
        public static Server of(String name, String displayName, String mcpUrl) {
            return new Server(displayName, mcpUrl, ClientCommand.all(name, mcpUrl));
        }
    }
}
