import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { clientV2 } from './clients/client-v2.mjs';
import { sdkV1 } from './clients/sdk-v1.mjs';
import { Session } from './clients/session.mjs';
import { Fleet } from './fleet.mjs';

const ROUNDS = Number(process.env.PORTCULLIS_LONG_ROUNDS ?? 5);
const TEN_MEGABYTES = 10 * 1024 * 1024;
const CAPABILITIES = { sampling: {}, elicitation: {} };

const sampled = () => ({ model: 'a-model', role: 'assistant', content: { type: 'text', text: 'Paris' } });
const elicited = () => ({ action: 'accept', content: { username: 'robin', email: 'robin@example.com', name: 'Robin', ok: true } });

/** The dialects of `clients`, with a person and a model behind them who answer what servers ask. */
const DIALECTS = [
  {
    ...sdkV1,
    era: 'legacy',
    client() {
      const client = new ClientV1({ name: 'long', version: '1.0.0' }, { capabilities: CAPABILITIES });
      client.setRequestHandler(CreateMessageRequestSchema, sampled);
      client.setRequestHandler(ElicitRequestSchema, elicited);
      client.announcements = 0;
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => void client.announcements++);
      return client;
    },
  },
  ...['legacy', 'auto'].map((mode) => ({
    ...clientV2(mode),
    era: mode === 'auto' ? 'modern' : 'legacy',
    client() {
      const client = new ClientV2(
        { name: 'long', version: '2.0.0' },
        { capabilities: CAPABILITIES, versionNegotiation: { mode } },
      );
      client.setRequestHandler('sampling/createMessage', sampled);
      client.setRequestHandler('elicitation/create', elicited);
      client.announcements = 0;
      client.setNotificationHandler('notifications/tools/list_changed', () => void client.announcements++);
      return client;
    },
  })),
];

async function until(condition, what, millis = 15_000) {
  const end = Date.now() + millis;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await pause(20);
  }
}

describe('a long session through two gateways, taken in turn, in front of two replicas of a server that keeps sessions', () => {
  let fleet;
  before(async () => (fleet = await Fleet.start()));
  after(() => fleet?.stop());

  for (const sdk of DIALECTS) {
    test(`of ${sdk.name} with the ${sdk.era} era has no error`, { timeout: 240_000 }, async (t) => {
      const session = new Session({
        sdk,
        mcpUrl: fleet.mcpUrl('whole'),
        person: fleet.person(),
        redirectUri: await fleet.redirectUri(),
        secrets: fleet.secrets,
      });
      const legacy = sdk.era === 'legacy';
      try {
        await session.meetTheGate();
        await session.signIn();
        const errors = [];
        session.client.onerror = (error) => errors.push(error);
        for (let round = 1; round <= ROUNDS; round++) {
          await t.test(`round ${round}`, () => oneRound(session, legacy, round));
        }
        // A stream that the server closes in its middle is how polling works, no error (MCP 2025-11-25 transports).
        assert.deepEqual(errors.filter((error) => !/SSE stream disconnected/.test(error.message)), []);
        const calls = session.http.find('POST', session.mcpUrl.pathname).filter((entry) => entry.status >= 400);
        assert.deepEqual(calls.slice(1), [], 'refused besides the first one, which had no token');
        const replicas = new Set(session.http.entries.map((entry) => entry.headers?.get('x-replica')).filter(Boolean));
        assert.equal(replicas.size, legacy ? 1 : 2, [...replicas].join());
        if (legacy) assert.equal(await session.terminate(), 404);
      } finally {
        await session.close();
      }
    });
  }
});

async function oneRound(session, legacy, round) {
  const { client } = session;
  const calls = await Promise.all(Array.from({ length: 20 }, () => session.call('count')));
  if (legacy) {
    const counted = calls.map((said) => Number(said.split(' ')[1])).sort((a, b) => a - b);
    assert.deepEqual(counted, Array.from({ length: 20 }, (_, i) => 20 * (round - 1) + i + 1), 'one server, and its memory');
  }

  const { reports } = await session.callWithProgress('steps', { steps: 10 });
  assert.deepEqual(reports.map((report) => report.progress), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

  assert.equal((await session.call('big', { bytes: TEN_MEGABYTES })).length, TEN_MEGABYTES);

  if (legacy) {
    assert.equal(await session.call('test_sampling', { prompt: 'What is the capital of France?' }), 'LLM response: Paris');
    assert.match(await session.call('test_elicitation', { message: 'Who are you?' }), /action=accept.*robin@example\.com/);
    const announced = client.announcements;
    await session.call('announce', { times: 3 });
    await until(() => client.announcements >= announced + 3, `notifications on the stream of GET: ${client.announcements}`);
    assert.equal(await session.call('drop'), 'came back', 'resumed by Last-Event-ID');
  } else {
    assert.equal(await session.call('test_input_required_result_sampling'), 'Paris');
    assert.equal(await session.call('test_input_required_result_elicitation'), 'Hello, Robin!');
    assert.equal(await session.call('test_input_required_result_request_state'), 'state-ok');
  }

  const before = await cancelled(session);
  const controller = new AbortController();
  const waiting = session.call('wait', { millis: 60_000 }, { signal: controller.signal });
  await pause(200);
  controller.abort('the user changed their mind');
  await assert.rejects(waiting);
  await until(async () => (await cancelled(session)) > before, 'the server heard of the cancellation');
}

/** How many cancelled calls the replicas have seen; in the modern era, any of them may answer. */
async function cancelled(session) {
  const seen = {};
  for (let i = 0; i < 12; i++) {
    const [replica, count] = (await session.call('cancelled')).split(' ');
    seen[replica] = Number(count);
  }
  return Object.values(seen).reduce((sum, count) => sum + count, 0);
}
