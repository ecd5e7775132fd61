import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** The first official TypeScript SDK, which most clients in the field are built on. It speaks the legacy era only. */
export const sdkV1 = {
  name: 'sdk-v1',
  client: () => new Client({ name: 'portcullis-e2e', version: '1.0.0' }),
  transport: (url, { provider, fetch }) => new StreamableHTTPClientTransport(url, { authProvider: provider, fetch }),
  isUnauthorized: (error) => error instanceof UnauthorizedError,
  /** This SDK takes the code alone; checking `iss` is left to its user. */
  finishAuth: (transport, callback) => transport.finishAuth(callback.get('code')),
  callTool: (client, call, options) => client.callTool(call, undefined, options),
  era: () => 'legacy',
};
