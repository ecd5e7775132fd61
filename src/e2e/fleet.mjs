import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Person } from './browser.mjs';
import { forwarder } from './forwarder.mjs';
import { Secrets } from './secrets.mjs';
import { CHECKOUT, Child, freePort, jar, startUpstream } from './world.mjs';

const START_MILLIS = Number(process.env.PORTCULLIS_START_MILLIS ?? 90_000);

/**
 * Replicas of the gateway as in production (`portcullis serve`, one Redis, one key directory) behind a balancer that sends each
 * request to the next one, in front of replicas of an upstream.
 */
export class Fleet {
  secrets = new Secrets();
  #parts = [];

  /**
   * @param configuration more of the gateways' file, besides where everything is
   * @param upstreamConfiguration the same of the upstream
   */
  static async start({ gateways = 2, upstream = 'whole', replicas = 2, configuration = {}, upstreamConfiguration = {} } = {}) {
    const fleet = new Fleet();
    fleet.configuration = configuration;
    fleet.upstreamConfiguration = upstreamConfiguration;
    try {
      await fleet.#start(gateways, upstream, replicas);
      return fleet;
    } catch (error) {
      await fleet.#end();
      throw error;
    }
  }

  async #start(gateways, name, replicas) {
    this.directory = await mkdtemp(join(tmpdir(), 'portcullis-fleet-'));
    this.account = { username: 'robin', password: `Pw-${randomBytes(9).toString('base64url')}-1a` };
    const port = await freePort();
    this.url = `http://localhost:${port}`;
    const redis = await this.#redis();
    const cognito = await this.#cognito(port);
    await this.#run('the keys', jar(['keys', '--out', join(this.directory, 'keys')]));
    const endpoints = [];
    for (let i = 0; i < replicas; i++) {
      const replica = await startUpstream(name, { REPLICA: `replica-${i}` });
      this.#parts.push(replica);
      endpoints.push(replica.url);
    }
    this.gateways = [];
    for (let i = 0; i < gateways; i++) this.gateways.push(await this.#gateway(i, { redis, cognito, name, endpoints }));
    this.#parts.push(await forwarder(port, this.gateways.map((gateway) => gateway.url)));
  }

  mcpUrl(name) {
    return `${this.url}/${name}/mcp`;
  }

  person() {
    this.secrets.note('password', this.account.password);
    return new Person({ ...this.account, secrets: this.secrets });
  }

  async redirectUri() {
    return `http://localhost:${await freePort()}/callback`;
  }

  /** Stops everything, and holds the gateways to a clean end and to silence about what they saw. */
  async stop() {
    await this.#end();
    for (const gateway of this.gateways) {
      const { code } = gateway.exited;
      assert.ok([0, 143].includes(code), `${gateway.name} ended with ${code}\n${gateway.output.slice(-3000)}`);
      assert.deepEqual(this.secrets.leaksIn(gateway.output), [], `secrets in the output of ${gateway.name}`);
    }
  }

  async #redis() {
    const port = await freePort();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', this.directory];
    const redis = new Child('redis-server', await this.#redisServer(), args);
    this.#parts.push(redis);
    await redis.until(async () => redis.output.includes('Ready to accept connections'), 20_000);
    return `redis://127.0.0.1:${port}`;
  }

  /** The one on the path, else the one that the gateway brings along for its own first command. */
  async #redisServer() {
    const { code } = await new Child('redis-server', 'redis-server', ['--version']).exit;
    if (code === 0) return 'redis-server';
    const name = { x64: 'redis-server-6.2.6-v5-linux-amd64', arm64: 'redis-server-6.2.7-linux-arm64' }[process.arch];
    const libraries = join(CHECKOUT, 'target', 'lib');
    const library = (await readdir(libraries)).find((file) => file.startsWith('embedded-redis'));
    await this.#run('jar', { command: 'jar', args: ['xf', join(libraries, library), name], cwd: this.directory });
    await chmod(join(this.directory, name), 0o755);
    return join(this.directory, name);
  }

  /** The local stand-in, which says on its banner where it is. */
  async #cognito(port) {
    const { username, password } = this.account;
    const { command, args, cwd } = jar(['dev', '--only', 'cognito', '--port', String(port), '--user', `${username}:${password}`]);
    const cognito = new Child('cognito', command, args, { cwd });
    this.#parts.push(cognito);
    await cognito.until(async () => cognito.output.includes('Sign in as'), START_MILLIS);
    const said = (name) => new RegExp(`^ +${name} +(\\S+)`, 'm').exec(cognito.output)[1];
    return Object.fromEntries(['issuer', 'jwksUri', 'domain', 'clientId', 'clientSecret'].map((name) => [name, said(name)]));
  }

  async #gateway(i, { redis, cognito, name, endpoints }) {
    const [port, management] = [await freePort(), await freePort()];
    const file = join(this.directory, `gateway-${i}.yaml`);
    // JSON is YAML.
    const configuration = {
      publicUrl: this.url,
      listen: { host: '127.0.0.1', port },
      management: { host: '127.0.0.1', port: management },
      drain: { delay: '0s', streams: '0s', timeout: '5s' },
      cognito,
      redis: { url: redis },
      keys: { directory: 'keys' },
      upstreams: { [name]: { endpoints, limits: { ratePerUser: 0 }, ...this.upstreamConfiguration } },
      ...this.configuration,
    };
    await writeFile(file, JSON.stringify(configuration));
    const { command, args, cwd } = jar(['serve', '--config', file]);
    const gateway = new Child(`gateway ${i}`, command, args, { cwd });
    gateway.url = `http://127.0.0.1:${port}`;
    this.#parts.push(gateway);
    await gateway.until(
      async () => (await fetch(`${gateway.url}/.well-known/jwks.json`, { signal: AbortSignal.timeout(2000) })).status === 200,
      START_MILLIS,
    );
    return gateway;
  }

  async #run(name, { command, args, cwd }) {
    const child = new Child(name, command, args, { cwd });
    const { code } = await child.exit;
    assert.equal(code, 0, `${name} ended with ${code}\n${child.output}`);
  }

  async #end() {
    for (const part of this.#parts.splice(0).reverse()) await part.stop();
    if (this.directory) await rm(this.directory, { recursive: true, force: true });
  }
}
