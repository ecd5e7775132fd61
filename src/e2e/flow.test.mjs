import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { JwtVerifier } from 'aws-jwt-verify';
import { clientV2 } from './clients/client-v2.mjs';
import { sdkV1 } from './clients/sdk-v1.mjs';
import { Session } from './clients/session.mjs';
import { documentSite } from './document-site.mjs';
import { World } from './world.mjs';

const ACCESS_TOKEN_SECONDS = 5;

/** Each official client against each era of upstream it can meet, with each way to authenticate at the token endpoint. */
const ENCOUNTERS = [
  { sdk: sdkV1, upstream: 'everything', era: 'legacy', authMethod: 'client_secret_post' },
  { sdk: clientV2('legacy'), upstream: 'everything', era: 'legacy', authMethod: 'client_secret_basic' },
  { sdk: clientV2('auto'), upstream: 'everything', era: 'legacy', authMethod: 'none' },
  { sdk: clientV2('auto'), upstream: 'modern', era: 'modern', authMethod: 'none' },
];

describe('an MCP client and its user', { timeout: 300_000 }, () => {
  let world;
  before(async () => {
    world = await World.start({ upstreams: ['everything', 'modern'], accessTokenTtl: ACCESS_TOKEN_SECONDS });
  });
  after(async () => {
    await world?.stop();
    for (const kind of ['access_token', 'refresh_token', 'client_secret', 'code', 'state', 'password']) {
      assert.ok(world.secrets.kinds.has(kind), `the run saw no ${kind}, so its absence from the log proves nothing`);
    }
  });

  for (const { sdk, upstream, era, authMethod } of ENCOUNTERS) {
    test(`${sdk.name} works through the gateway with a ${era} server, authenticating with ${authMethod}`, { timeout: 180_000 }, async (t) => {
      const person = world.person();
      const session = new Session({
        sdk,
        mcpUrl: world.mcpUrl(upstream),
        person,
        redirectUri: await world.redirectUri(),
        secrets: world.secrets,
        authMethod,
      });
      try {
        await t.test('it is shown the way to the login', () => session.meetTheGate());
        await t.test('it connects once its user has signed in', async () => {
          await session.signIn();
          assert.equal(session.era, era);
        });
        await t.test('it sees and uses the tools', async () => {
          const tools = (await session.tools()).map((tool) => tool.name);
          assert.ok(tools.includes('echo') && tools.includes('trigger-long-running-operation'), tools.join());
          assert.match(await session.call('echo', { message: 'hello through the gate' }), /hello through the gate/);
        });
        await t.test('it outlives its access token without its user', async () => {
          const expired = session.accessToken;
          await session.outliveAccessToken();
          assert.match(await session.call('echo', { message: 'still here' }), /still here/);
          assert.notEqual(session.accessToken, expired);
          const refreshes = session.http.find('POST', '/token', { grant_type: 'refresh_token' });
          assert.ok(refreshes.some((refresh) => refresh.status === 200), `${session.http}`);
          assert.equal(person.logins, 1);
          assert.equal(session.provider.authorizationUrls.length, 1, 'no second login was asked for');
          assert.deepEqual(session.provider.invalidated, []);
        });
        await t.test('it is told of progress while the tool still runs', async () => {
          const { text, reports, endedAt } = await session.callWithProgress('trigger-long-running-operation', { duration: 2, steps: 4 });
          assert.match(text, /completed/);
          assert.deepEqual(reports.map((report) => report.progress), [1, 2, 3, 4]);
          assert.ok(endedAt - reports[0].at > 1000, `the first report came ${endedAt - reports[0].at} ms before the end`);
        });
        if (era === 'legacy') {
          await t.test('it listened to the server, and ends its session for good', async () => {
            const [stream] = session.http.find('GET', session.mcpUrl.pathname);
            assert.equal(stream?.status, 200, `${session.http}`);
            assert.match(stream.headers.get('content-type'), /^text\/event-stream/);
            // The reference server answers 400 where the specification wants 404; the gateway does not change its words.
            assert.ok([400, 404].includes(await session.terminate()));
          });
        } else {
          await t.test('it has no session, and each request says its revision', () => {
            assert.equal(session.transport.sessionId, undefined);
            const calls = session.http.find('POST', session.mcpUrl.pathname).filter((entry) => entry.status === 200);
            assert.ok(calls.length >= 4);
            for (const call of calls) assert.equal(call.requestHeaders.get('mcp-protocol-version'), '2026-07-28');
          });
        }
        await t.test('its access token convinces a verifier that knows only the published metadata', async () => {
          const metadata = await (await fetch(`${world.url}/.well-known/oauth-authorization-server`)).json();
          const jwks = await (await fetch(metadata.jwks_uri)).json();
          const verifier = JwtVerifier.create({ issuer: metadata.issuer, audience: session.mcpUrl.href, jwksUri: metadata.jwks_uri });
          verifier.cacheJwks(jwks);
          const claims = await verifier.verify(session.accessToken, { graceSeconds: 60 });
          assert.ok(claims.sub && claims.client_id && claims.jti, 'RFC 9068 §2.2');
          const other = JwtVerifier.create({ issuer: metadata.issuer, audience: world.mcpUrl('other'), jwksUri: metadata.jwks_uri });
          other.cacheJwks(jwks);
          await assert.rejects(other.verify(session.accessToken, { graceSeconds: 60 }), /audience/i);
        });
      } finally {
        await session.close();
      }
    });
  }

  for (const sdk of [sdkV1, clientV2('legacy'), clientV2('auto')]) {
    test(`${sdk.name} needs no registration with a client id metadata document, and refreshes`, { timeout: 60_000 }, async () => {
      const redirectUri = await world.redirectUri();
      const site = await documentSite({
        client_name: 'A client with a web site',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      });
      const person = world.person();
      const session = new Session({
        sdk,
        mcpUrl: world.mcpUrl('everything'),
        person,
        redirectUri,
        secrets: world.secrets,
        documentUrl: site.url,
      });
      try {
        await session.meetTheGate();
        await session.signIn();
        assert.match(await session.call('echo', { message: 'documented' }), /documented/);
        await session.outliveAccessToken();
        assert.match(await session.call('echo', { message: 'still here' }), /still here/);
        assert.equal(person.logins, 1);
      } finally {
        await session.close();
        site.close();
      }
    });
  }
});
