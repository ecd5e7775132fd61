import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Person } from './browser.mjs';
import { Secrets } from './secrets.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const OUTPUT_CHARACTERS = 20_000_000;
const STOP_MILLIS = 20_000;

/** The checkout this folder is part of. */
export const CHECKOUT = join(HERE, '..', '..');

/** How long the gateway may take to its first answer, in milliseconds: a cold JVM on a busy machine. */
const START_MILLIS = Number(process.env.PORTCULLIS_START_MILLIS ?? 90_000);

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill()));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

// Whoever drew one may not listen on it yet, so that it counts as free.
const drawn = new Set();

/** A port that was free a moment ago, and that nobody else here has drawn. */
export async function freePort() {
  for (;;) {
    // Below the range that outgoing connections take theirs from.
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    if (drawn.has(port)) continue;
    const server = createServer();
    const free = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (free) {
      await new Promise((resolve) => server.close(resolve));
      drawn.add(port);
      return port;
    }
  }
}

/** A child process in a process group of its own, so that nothing it starts outlives it, with all it printed. */
export class Child {
  output = '';

  constructor(name, command, args, { env = {}, cwd = HERE } = {}) {
    this.name = name;
    this.process = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(this);
    this.exit = new Promise((resolve) => {
      this.process.once('error', (error) => resolve({ error }));
      this.process.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.exit.then((how) => (this.exited = how));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        if (this.output.length < OUTPUT_CHARACTERS) this.output += text;
      });
    }
  }

  /** Waits until `ready` answers true. Fails when the process ends before that, or the time is over. */
  async until(ready, millis) {
    const end = Date.now() + millis;
    while (!(await ready().catch(() => false))) {
      assert.equal(this.exited, undefined, `${this.name} ended early: ${JSON.stringify(this.exited)}\n${this.#tail()}`);
      assert.ok(Date.now() < end, `${this.name} is not ready after ${millis} ms\n${this.#tail()}`);
      await pause(100);
    }
  }

  /** SIGTERM, and SIGKILL for those who do not listen. Answers how it ended and whether it had to be killed. */
  async stop() {
    if (!this.exited) this.#signal('SIGTERM', this.process.pid);
    const gone = await Promise.race([this.exit.then(() => true), pause(STOP_MILLIS, false, { ref: false })]);
    const orphans = this.#signal(0, -this.process.pid);
    this.kill();
    return { ...(await this.exit), killed: !gone, orphans };
  }

  kill() {
    this.#signal('SIGKILL', -this.process.pid);
    children.delete(this);
  }

  #signal(signal, pid) {
    try {
      return this.process.pid !== undefined && process.kill(pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
      return false;
    }
  }

  #tail() {
    return this.output.slice(-5000);
  }
}

/** The upstream servers a world can have: the legacy era's reference server, and a modern one. */
const UPSTREAMS = {
  everything: () => [join(HERE, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'), 'streamableHttp'],
  modern: () => [join(HERE, 'upstreams/modern.mjs')],
  whole: () => [join(HERE, 'upstreams/whole.mjs')],
};

/**
 * One gateway with its upstream servers, users and secrets, all on this machine.
 *
 * `PORTCULLIS_COMMAND` replaces `java -jar ../../target/portcullis.jar`; it is split at spaces and run in this folder.
 */
export class World {
  secrets = new Secrets();
  #upstreams = [];

  /**
   * @param upstreams names out of {@link UPSTREAMS}; none means the gateway's own demo server
   * @param accessTokenTtl in seconds
   * @param account whether to bring an account of our own, rather than use the one that the gateway's banner offers
   * @param launch turns the gateway's arguments into the `{command, args, cwd}` to run
   * @param startMillis how long the gateway may take to its first answer
   */
  static async start({ upstreams = [], accessTokenTtl, account = true, launch = jar, startMillis = START_MILLIS } = {}) {
    const world = new World();
    try {
      const options = [];
      for (const name of upstreams) options.push('--upstream', `${name}=${await world.#startUpstream(name)}`);
      if (account) {
        world.account = { username: 'robin', password: `Pw-${randomBytes(9).toString('base64url')}-1a` };
        options.push('--user', `${world.account.username}:${world.account.password}`);
      }
      if (accessTokenTtl) options.push('--access-token-ttl', String(accessTokenTtl));
      const port = await freePort();
      world.url = `http://localhost:${port}`;
      const { command, args, cwd } = launch(['dev', '--port', String(port), ...options]);
      world.gateway = new Child('the gateway', command, args, { cwd });
      const metadata = `${world.url}/.well-known/oauth-authorization-server`;
      await world.gateway.until(
        async () => (await fetch(metadata, { signal: AbortSignal.timeout(2000) })).status === 200,
        startMillis,
      );
      return world;
    } catch (error) {
      await world.#end();
      throw error;
    }
  }

  mcpUrl(name) {
    return `${this.url}/${name}/mcp`;
  }

  /** Somebody with an account here, and a browser with an empty cookie jar. */
  person() {
    this.secrets.note('password', this.account.password);
    return this.signInAs(this.account);
  }

  /** The like, with an account from elsewhere: one that the gateway itself shows on its banner is no secret. */
  signInAs({ username, password }) {
    return new Person({ username, password, secrets: this.secrets });
  }

  /** A redirect URI of a native client (RFC 8252 §7.3); nobody listens there. */
  async redirectUri() {
    return `http://localhost:${await freePort()}/callback`;
  }

  /** Stops everything, and holds the gateway to a clean end and to silence about what it saw. */
  async stop() {
    const { code, signal, killed, orphans } = await this.#end();
    const { output } = this.gateway;
    assert.equal(killed, false, `the gateway did not end within ${STOP_MILLIS} ms of SIGTERM`);
    assert.ok([0, 130, 143].includes(code) || signal === 'SIGTERM', `the gateway ended with ${code ?? signal}\n${output.slice(-3000)}`);
    assert.equal(orphans, false, 'the gateway left processes behind');
    assert.ok(output.length > 0 && output.length < OUTPUT_CHARACTERS, `${output.length} characters of output`);
    assert.deepEqual(this.secrets.leaksIn(output), [], 'secrets in the output of the gateway');
  }

  /** Where the upstream itself answers, without the gateway. */
  upstreamUrl(name) {
    return this.#upstreams.find((upstream) => upstream.name === name).url;
  }

  async #startUpstream(name) {
    const upstream = await startUpstream(name);
    this.#upstreams.push(upstream);
    return upstream.url;
  }

  async #end() {
    const ended = await this.gateway?.stop();
    await Promise.all(this.#upstreams.map((upstream) => upstream.stop()));
    return ended;
  }
}

/** Starts one of {@link UPSTREAMS}, as a {@link Child} with the `url` of its endpoint. */
export async function startUpstream(name, env = {}) {
  const port = await freePort();
  const upstream = new Child(name, process.execPath, UPSTREAMS[name](), { env: { PORT: String(port), ...env } });
  upstream.url = `http://127.0.0.1:${port}/mcp`;
  await upstream.until(() => fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2000) }), 20_000);
  return upstream;
}

/** How `java -jar portcullis.jar` is started with these arguments. */
export function jar(args) {
  const [command, ...first] = (process.env.PORTCULLIS_COMMAND ?? 'java -jar ../../target/portcullis.jar').split(' ').filter(Boolean);
  return { command, args: [...first, ...args], cwd: HERE };
}
