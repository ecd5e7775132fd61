import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

/**
 * The second official TypeScript SDK.
 *
 * @param mode its version negotiation: `legacy` starts with `initialize`, `auto` asks `server/discover` first and falls
 *     back to `initialize`
 */
export function clientV2(mode) {
  return {
    name: `client-v2 (${mode})`,
    client: () => new Client({ name: 'portcullis-e2e', version: '2.0.0' }, { versionNegotiation: { mode } }),
    transport: (url, { provider, fetch }) => new StreamableHTTPClientTransport(url, { authProvider: provider, fetch }),
    isUnauthorized: (error) => error instanceof UnauthorizedError,
    /** This SDK checks `iss` itself (RFC 9207). */
    finishAuth: (transport, callback) => transport.finishAuth(callback),
    callTool: (client, call, options) => client.callTool(call, options),
    era: (client) => client.getProtocolEra(),
  };
}
