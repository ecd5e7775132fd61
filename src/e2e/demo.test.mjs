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
        const tools = new Map((await session.tools()).map((tool) => [tool.name, tool]));

        const seen = await session.call('whoami');
        const { sub } = JSON.parse(Buffer.from(session.accessToken.split('.')[1], 'base64url'));
        assert.ok(
          [sub, world.account.username].some((identity) => seen.includes(identity)),
          `the server learns who is calling: ${seen}`,
        );
        assert.deepEqual(world.secrets.leaksIn(seen), [], 'the server sees nothing that is between client and gateway');
        assert.doesNotMatch(seen, /bearer /i);

        const { text, reports } = await session.callWithProgress('countdown', smallest(tools.get('countdown')));
        assert.ok(text.length > 0);
        assert.ok(reports.length >= 2, `${reports.length} reports of progress`);
        assert.ok(reports.at(-1).at > reports[0].at, 'they come one by one');
      } finally {
        await session.close();
      }
    });
  }
});

/** Arguments for a countdown of three, or as near as the tool's own schema lets us. */
function smallest(tool) {
  return Object.fromEntries(
    Object.entries(tool.inputSchema.properties ?? {})
      .filter(([, schema]) => ['integer', 'number'].includes(schema.type))
      .slice(0, 1)
      .map(([name, { minimum = 1, maximum = 60 }]) => [name, Math.min(Math.max(3, minimum), maximum)]),
  );
}
