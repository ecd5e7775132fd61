import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpDiary } from './http-diary.mjs';
import { MemoryProvider } from './memory-provider.mjs';

/** How long past its end an access token may still be taken, for clocks that differ. */
const CLOCK_SKEW_MILLIS = 70_000;

/**
 * One MCP client's session at one MCP endpoint of the gateway, from the first 401 to the end.
 *
 * Each step checks what its user would notice. `sdk` is one of the client dialects of this folder.
 */
export class Session {
  constructor({ sdk, mcpUrl, person, redirectUri, secrets, authMethod = 'none', documentUrl }) {
    this.sdk = sdk;
    this.mcpUrl = new URL(mcpUrl);
    this.person = person;
    this.http = new HttpDiary(secrets);
    this.provider = new MemoryProvider({ name: `Notes for ${sdk.name}`, redirectUri, authMethod, secrets, documentUrl });
  }

  get accessToken() {
    return this.provider.tokens()?.access_token;
  }

  /** 401, discovery (RFC 9728, RFC 8414), registration (RFC 7591) unless the client has a document, and an authorization URL for the person. */
  async meetTheGate() {
    this.transport = this.#newTransport();
    await assert.rejects(this.sdk.client().connect(this.transport), this.sdk.isUnauthorized, `${this.http}`);

    const metadata = `/.well-known/oauth-protected-resource${this.mcpUrl.pathname}`;
    const [first] = this.http.entries;
    assert.equal(first.status, 401);
    const challenge = first.headers.get('www-authenticate') ?? '';
    assert.match(challenge, /^Bearer /);
    assert.equal(/resource_metadata="([^"]+)"/.exec(challenge)?.[1], `${this.mcpUrl.origin}${metadata}`);
    assert.equal(this.http.find('GET', metadata).at(0)?.status, 200, `${this.http}`);
    assert.equal(this.http.find('GET', '/.well-known/oauth-authorization-server').at(0)?.status, 200, `${this.http}`);
    const [asked] = this.provider.authorizationUrls;
    if (this.provider.clientMetadataUrl) {
      assert.deepEqual(this.http.find('POST', '/register'), [], `${this.http}`);
      assert.equal(asked.searchParams.get('client_id'), this.provider.clientMetadataUrl);
    } else {
      assert.equal(this.http.find('POST', '/register').at(0)?.status, 201, `${this.http}`);
    }
    assert.equal(asked.searchParams.get('resource'), this.mcpUrl.href);
    assert.equal(asked.searchParams.get('code_challenge_method'), 'S256');
  }

  /** The person reads, approves and signs in; the client redeems the code and connects. */
  async signIn() {
    const [asked] = this.provider.authorizationUrls;
    const callback = await this.person.visit(asked, this.provider.redirectUrl);
    assert.equal(callback.searchParams.get('error'), null, callback.searchParams.get('error_description') ?? '');
    assert.equal(callback.searchParams.get('state'), this.provider.expectedState);
    assert.equal(callback.searchParams.get('iss'), this.mcpUrl.origin, 'RFC 9207');
    await this.sdk.finishAuth(this.transport, callback.searchParams);
    await this.transport.close();

    assert.equal(this.person.consents, 1);
    assert.equal(this.person.logins, 1);
    const [tokens] = this.provider.tokenHistory;
    assert.equal(tokens.token_type.toLowerCase(), 'bearer');
    assert.ok(tokens.refresh_token, 'a refresh token');
    assert.ok(tokens.expires_in > 0, 'expires_in');

    this.transport = this.#newTransport();
    this.client = this.sdk.client();
    await this.client.connect(this.transport);
  }

  get era() {
    return this.sdk.era(this.client);
  }

  async tools() {
    return (await this.client.listTools()).tools;
  }

  /** Calls a tool and answers its text. */
  async call(name, args = {}, options = undefined) {
    const { content } = await this.callForResult(name, args, options);
    return content.map((part) => part.text ?? '').join('\n');
  }

  /** Calls a tool and answers the whole result. */
  async callForResult(name, args = {}, options = undefined) {
    const result = await this.sdk.callTool(this.client, { name, arguments: args }, options);
    assert.notEqual(result.isError, true, JSON.stringify(result));
    return result;
  }

  /** Calls a tool that reports progress; answers the reports and the end, each with the time it came. */
  async callWithProgress(name, args) {
    const reports = [];
    const text = await this.call(name, args, { onprogress: (progress) => reports.push({ ...progress, at: Date.now() }) });
    return { text, reports, endedAt: Date.now() };
  }

  /** Waits until the gateway no longer takes the client's present access token. */
  async outliveAccessToken() {
    const { access_token: token, expires_in: seconds, savedAt } = this.provider.tokenHistory.at(-1);
    const end = savedAt + seconds * 1000;
    await pause(Math.max(0, end - Date.now()));
    for (;;) {
      const response = await fetch(this.mcpUrl, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: '{"jsonrpc":"2.0","id":"late","method":"ping"}',
        signal: AbortSignal.timeout(10_000),
      });
      await response.body?.cancel();
      if (response.status === 401) {
        assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/, 'RFC 6750 §3.1');
        return;
      }
      assert.ok(Date.now() < end + CLOCK_SKEW_MILLIS, `the token is still taken, status ${response.status}`);
      await pause(500);
    }
  }

  /** Ends the legacy session with DELETE, after which its id is worth nothing. */
  async terminate() {
    const id = this.transport.sessionId;
    assert.ok(id, 'the transport has a session');
    await this.transport.terminateSession();
    const [ended] = this.http.find('DELETE', this.mcpUrl.pathname);
    assert.ok([200, 202, 204].includes(ended?.status), `DELETE answered ${ended?.status}`);
    const after = await fetch(this.mcpUrl, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.accessToken}`,
        'mcp-session-id': id,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: '{"jsonrpc":"2.0","id":"gone","method":"ping"}',
      signal: AbortSignal.timeout(10_000),
    });
    await after.body?.cancel();
    return after.status;
  }

  async close() {
    await this.client?.close();
    await this.transport?.close();
  }

  #newTransport() {
    return this.sdk.transport(this.mcpUrl, { provider: this.provider, fetch: this.http.fetch });
  }
}
