import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clientV2 } from './clients/client-v2.mjs';
import { sdkV1 } from './clients/sdk-v1.mjs';
import { Session } from './clients/session.mjs';
import { World } from './world.mjs';

describe('the built-in demo server', { timeout: 180_000 }, () => {
  let world;
  before(async () => {
    world = await World.start();
  });
  after(() => world?.stop());

  for (const sdk of [sdkV1, clientV2('auto')]) {
    test(`it shows ${sdk.name} what a server behind the gateway learns, and streams`, { timeout: 60_000 }, async () => {
      const session = new Session({
        sdk,
        mcpUrl: world.mcpUrl('demo'),
        person: world.person(),
        redirectUri: await world.redirectUri(),
        secrets: world.secrets,
      });
      try {
        await session.meetTheGate();
        await session.signIn();

        const result = await session.callForResult('whoami');
        const { user, client, authorizationReceived, cookieReceived } = result.structuredContent;
        const claims = JSON.parse(Buffer.from(session.accessToken.split('.')[1], 'base64url'));
        assert.equal(user, claims.sub, 'the server learns who is calling');
        assert.equal(client, claims.client_id, 'and through which client');
        assert.equal(authorizationReceived, false, 'but gets no credential of theirs');
        assert.equal(cookieReceived, false);
        assert.deepEqual(world.secrets.leaksIn(JSON.stringify(result)), []);

        const { text, reports, endedAt } = await session.callWithProgress('countdown', { seconds: 2 });
        assert.ok(text.length > 0);
        assert.ok(reports.some((report) => report.progress === 1), JSON.stringify(reports));
        assert.ok(endedAt - reports[0].at > 700, 'reports come while the tool still runs');
      } finally {
        await session.close();
      }
    });
  }
});
