import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { World } from './world.mjs';

/** Everything is on localhost, where there is no https. */
const PLAIN = { [oauth.allowInsecureRequests]: true };

describe('an OAuth library that knows nothing of MCP', { timeout: 120_000 }, () => {
  let world;
  let server;
  before(async () => {
    world = await World.start();
    const issuer = new URL(world.url);
    server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { ...PLAIN, algorithm: 'oauth2' }),
    );
  });
  after(() => world.stop());

  /** The whole flow by the library's own checks: metadata, registration, PKCE, state, iss, token response. */
  async function signIn(metadata) {
    const redirectUri = await world.redirectUri();
    const registration = { client_name: 'Independent', redirect_uris: [redirectUri], ...metadata };
    const client = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(server, registration, PLAIN),
    );
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint);
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      resource: world.mcpUrl('demo'),
    });
    const answer = oauth.validateAuthResponse(server, client, await world.person().visit(url, redirectUri), state);
    const authentication = {
      none: () => oauth.None(),
      client_secret_basic: () => oauth.ClientSecretBasic(client.client_secret),
      client_secret_post: () => oauth.ClientSecretPost(client.client_secret),
    }[client.token_endpoint_auth_method]();
    const response = await oauth.authorizationCodeGrantRequest(server, client, authentication, answer, redirectUri, verifier, PLAIN);
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
    for (const kind of ['access_token', 'refresh_token']) world.secrets.note(kind, tokens[kind]);
    return { client, authentication, tokens };
  }

  /** RFC 9068 §4, as another resource server would check a token: signature, type, issuer, audience, expiry. */
  function verify(accessToken, audience = world.mcpUrl('demo')) {
    const request = new Request(audience, { headers: { Authorization: `Bearer ${accessToken}` } });
    return oauth.validateJwtAccessToken(server, request, audience, PLAIN);
  }

  for (const method of ['none', 'client_secret_basic', 'client_secret_post']) {
    test(`agrees with registration, login, tokens, refresh and revocation of a client with ${method}`, async () => {
      const { client, authentication, tokens } = await signIn({
        token_endpoint_auth_method: method,
        grant_types: ['authorization_code', 'refresh_token'],
      });
      const claims = await verify(tokens.access_token);
      assert.equal(claims.client_id, client.client_id);
      assert.equal(claims.scope, 'mcp:demo');
      await assert.rejects(verify(tokens.access_token, world.mcpUrl('other')));

      const refreshed = await oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, PLAIN),
      );
      world.secrets.note('access_token', refreshed.access_token);
      world.secrets.note('refresh_token', refreshed.refresh_token);
      assert.notEqual((await verify(refreshed.access_token)).jti, claims.jti);

      await oauth.processRevocationResponse(
        await oauth.revocationRequest(server, client, authentication, refreshed.refresh_token, PLAIN),
      );
      const late = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshed.refresh_token, PLAIN);
      await assert.rejects(oauth.processRefreshTokenResponse(server, client, late), { error: 'invalid_grant' });
    });
  }
});
