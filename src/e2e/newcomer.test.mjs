import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sdkV1 } from './clients/sdk-v1.mjs';
import { Session } from './clients/session.mjs';
import { CHECKOUT, World } from './world.mjs';

/** Compiling a clean checkout, on a slow machine. */
const FIRST_BUILD_MILLIS = 240_000;

test('who types the first command of the README has a gateway that a client can use', { timeout: FIRST_BUILD_MILLIS + 60_000 }, async () => {
  const readme = await readFile(join(CHECKOUT, 'README.md'), 'utf8');
  const command = /^\s*\$?\s*(mvn [^\n]*exec:java[^\n]*)$/m.exec(readme)?.[1];
  assert.ok(command, 'README.md shows a command `mvn … exec:java …`');

  const world = await World.start({
    account: false,
    startMillis: FIRST_BUILD_MILLIS,
    launch: ([, ...options]) => ({ command: 'bash', args: ['-c', `exec ${onThisPort(command, options)}`], cwd: CHECKOUT }),
  });
  let session;
  try {
    session = new Session({
      sdk: sdkV1,
      mcpUrl: bannerUrl(world),
      person: world.signInAs(bannerAccount(world)),
      redirectUri: await world.redirectUri(),
      secrets: world.secrets,
    });
    await session.meetTheGate();
    await session.signIn();
    assert.ok((await session.tools()).some((tool) => tool.name === 'whoami'));
    assert.equal((await session.callForResult('whoami')).structuredContent.authorizationReceived, false);
  } finally {
    await session?.close();
    await world.stop();
  }
});

/** The README's command with a port of our own. */
function onThisPort(command, options) {
  return `${command} -Dexec.args="dev ${options.join(' ')}"`;
}

/** The MCP URL that the banner tells the newcomer to give to a client. */
function bannerUrl(world) {
  const url = /http:\/\/localhost:\d+\/[\w-]+\/mcp\b/.exec(world.gateway.output)?.[0];
  assert.ok(url?.startsWith(`${world.url}/`), `the banner names the MCP URL:\n${world.gateway.output}`);
  return url;
}

/** The account that the banner offers: `Sign in as NAME with password WORD`, or the like. */
function bannerAccount(world) {
  const [, username, password] =
    /sign in as\W+([\w.@-]+)\W[^\n]*?password\W+(\S+)/i.exec(world.gateway.output) ?? [];
  assert.ok(username && password, `the banner says who to sign in as, and with which password:\n${world.gateway.output}`);
  return { username, password };
}
