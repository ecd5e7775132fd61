import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { documentSite } from './document-site.mjs';
import { Fleet } from './fleet.mjs';
import { World } from './world.mjs';

const SHOTS = join(import.meta.dirname, 'target');
const REPORTS = 'https://reports.example/callback';
const STEP_MILLIS = 15_000;
const LOOKS = [
  { look: 'desktop-light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { look: 'desktop-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { look: 'phone-light', viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true },
  { look: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true, hasTouch: true },
];

describe('the pages, in a browser', { timeout: 600_000 }, () => {
  let world;
  let fleet;
  let browser;
  let client;

  before(async () => {
    await mkdir(SHOTS, { recursive: true });
    world = await World.start();
    fleet = await Fleet.start({
      gateways: 1,
      upstream: 'modern',
      replicas: 1,
      configuration: {
        clients: { reports: { name: 'Reporting agent', redirectUris: [REPORTS], tokenEndpointAuthMethod: 'none' } },
        clientDocuments: { deny: ['denied.example'] },
      },
      upstreamConfiguration: { scopes: ['mcp:modern', 'reports:delete'], scopeDescriptions: { 'reports:delete': 'Throw away <old> reports' } },
    });
    client = await LoopbackClient.start(world);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
      timeout: 60_000,
    });
  });
  after(async () => {
    await browser?.close();
    client?.stop();
    await fleet?.stop();
    await world?.stop();
  });

  for (const options of LOOKS) {
    test(`a person signs in (${options.look})`, async () => {
      await browsing(options, async (visit) => {
        await visit.open(client.authorizationUrl());
        await visit.isWellMade('consent');
        await visit.press('approve');
        await visit.signIn();
        const callback = await visit.arrive();
        assert.ok(callback.get('code'), 'a code');
      });
    });

    test(`a person comes back from a native app's login (${options.look})`, async () => {
      const native = await register({ client_name: '<b>Field</b> & "Notes"', redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'] });
      await browsing(options, async (visit) => {
        // There is no such application here, which is the browser's complaint, not one about the page.
        visit.tolerates(/cursor:/);
        await visit.open(authorizationUrl(native));
        await visit.isWellMade('consent-native');
        await visit.press('approve');
        await visit.signIn();
        const heading = visit.page.getByRole('heading', { name: 'You can close this window' });
        await heading.waitFor();
        await visit.isWellMade('returned');
        assert.match(await visit.page.locator('main').innerText(), /<b>Field<\/b> & "Notes" has been given the answer/);
        assert.match(await visit.page.locator('main').innerText(), /this opens cursor:\/\/anysphere\.cursor-mcp\./);
        const onward = visit.page.getByRole('link', { name: 'Open it again' });
        const target = new URL(await onward.getAttribute('href'));
        assert.equal(target.protocol, 'cursor:');
        assert.ok(target.searchParams.get('code'), 'a code');
        assert.equal(target.searchParams.get('iss'), world.url);
        const { headers } = visit.documents.at(-1);
        assert.equal(headers.refresh, `0; url=${target.href}`);
        assert.equal(headers['x-frame-options'], 'DENY');
        assert.equal(headers['cache-control'], 'no-store');
        assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
      });
    });

    test(`a person is asked for an application on the web (${options.look})`, async () => {
      const web = await register({ client_name: 'Field Notes Online', redirect_uris: ['https://notes.example/oauth/callback'] });
      await browsing(options, async (visit) => {
        await visit.open(authorizationUrl(web));
        await visit.isWellMade('consent-web');
      });
    });

    test(`a person is asked for an application with a document (${options.look})`, async () => {
      const site = await documentSite({ client_name: 'Documented Notes', redirect_uris: [client.redirectUri], token_endpoint_auth_method: 'none' });
      try {
        await browsing(options, async (visit) => {
          await visit.open(authorizationUrl({ id: site.url, redirectUri: client.redirectUri }));
          assert.match(await visit.page.locator('main').innerText(), /an application of localhost:\d+/);
          await visit.isWellMade('consent-document');
        });
      } finally {
        site.close();
      }
    });

    test(`a person is asked for an application that the operator knows (${options.look})`, async () => {
      await browsing(options, async (visit) => {
        await visit.open(authorizationUrl({ id: 'reports', redirectUri: REPORTS }, fleet.url, fleet.mcpUrl('modern')));
        assert.match(await visit.page.locator('main').innerText(), /Throw away <old> reports/);
        await visit.isWellMade('consent-known');
      });
    });

    test(`a person meets an application that cannot be identified or is not allowed, and leaves (${options.look})`, async () => {
      await browsing(options, async (visit) => {
        await visit.open(authorizationUrl({ id: `https://${'long-'.repeat(60)}.example`, redirectUri: REPORTS }), 400);
        await visit.isWellMade('unidentified');
        await visit.open(authorizationUrl({ id: 'https://denied.example/c.json', redirectUri: REPORTS }, fleet.url), 400);
        await visit.isWellMade('not-allowed');
        await visit.open(new URL('/signed-out', fleet.url));
        await visit.isWellMade('signed-out-here-only');
      });
    });

    test(`a person meets the dead ends (${options.look})`, async () => {
      await browsing(options, async (visit) => {
        await visit.open(new URL('/consent', world.url), 405);
        await visit.isWellMade('consent-address');
        const endless = client.authorizationUrl();
        endless.searchParams.set('state', 'a'.repeat(20_000));
        await visit.open(endless, 414);
        await visit.isWellMade('too-long');
        for (let i = 0; i < 12; i++) await visit.crumb(`crumb-${i}`, 'c'.repeat(3_500));
        await visit.open(new URL('/connections', world.url), 431);
        assert.match(await visit.page.locator('main').innerText(), /Delete the cookies of this site/);
      });
    });

    test(`a person meets a client that does not exist (${options.look})`, async () => {
      await browsing(options, async (visit) => {
        const url = client.authorizationUrl();
        url.searchParams.set('client_id', 'nobody');
        await visit.open(url, 400);
        await visit.isWellMade('error');
        assert.equal(client.callbacks.length, 0, 'nobody was sent anywhere');
      });
    });

    test(`a person sees what is connected, and disconnects it (${options.look})`, async () => {
      await browsing(options, async (visit) => {
        await visit.open(client.authorizationUrl());
        await visit.press('approve');
        await visit.signIn();
        await visit.arrive();
        await visit.open(new URL('/connections', world.url));
        await visit.page.locator('button[name=disconnect]').first().waitFor();
        await visit.isWellMade('connections');
        await visit.page.locator('button[name=disconnect]').last().click();
        await visit.page.locator('[role=status]').waitFor();
        await visit.isWellMade('disconnected');
        await visit.page.getByRole('button', { name: 'Sign out' }).click();
        await visit.page.getByRole('heading', { name: 'You are signed out' }).waitFor();
        await visit.isWellMade('signed-out');
        // The session at the identity provider is over too: there is a password to enter.
        await visit.page.goto(new URL('/connections', world.url).href);
        await visit.page.locator('input[type=password]:visible').first().waitFor();
      });
    });

    test(`a person looks at the front page (${options.look})`, async () => {
      await browsing(options, async (visit) => {
        await visit.open(new URL(world.url));
        await visit.isWellMade('home');
      });
    });
  }

  test('a person signs in without script', async () => {
    await browsing({ look: 'no-script', javaScriptEnabled: false }, async (visit) => {
      await visit.open(client.authorizationUrl());
      await visit.press('approve');
      await visit.signIn();
      assert.ok((await visit.arrive()).get('code'), 'a code');
    });
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`a person declines, with script ${javaScriptEnabled ? 'on' : 'off'}`, async () => {
      await browsing({ look: `denied-${javaScriptEnabled ? 'script' : 'no-script'}`, javaScriptEnabled }, async (visit) => {
        await visit.open(client.authorizationUrl());
        await visit.press('deny');
        const callback = await visit.arrive();
        assert.equal(callback.get('error'), 'access_denied', 'RFC 6749 §4.1.2.1');
        assert.equal(callback.get('code'), null);
      });
    });
  }

  test('a person uses the consent page with the keyboard alone', async () => {
    await browsing({ look: 'keyboard' }, async (visit) => {
      await visit.open(client.authorizationUrl());
      await visit.pressWithKeyboard('approve');
      await visit.page.locator('input[type=password]:visible').first().waitFor();
    });
  });

  async function register({ redirect_uris, ...metadata }) {
    const response = await fetch(`${world.url}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris, token_endpoint_auth_method: 'none', ...metadata }),
    });
    assert.equal(response.status, 201);
    return { id: (await response.json()).client_id, redirectUri: redirect_uris[0] };
  }

  /** A request of a client whose answer nobody waits for. */
  function authorizationUrl({ id, redirectUri }, origin = world.url, resource = world.mcpUrl('demo')) {
    const url = client.authorizationUrl();
    url.searchParams.set('client_id', id);
    url.searchParams.set('redirect_uri', redirectUri);
    url.searchParams.set('resource', resource);
    return new URL(`/authorize${url.search}`, origin);
  }

  /** One browser profile with an empty jar. Whatever the console complains about fails the test. */
  async function browsing({ look, ...options }, walk) {
    const context = await browser.newContext({ ...options, baseURL: world.url });
    context.setDefaultTimeout(STEP_MILLIS);
    client.callbacks.length = 0;
    try {
      const visit = new Visit(await context.newPage(), look);
      await walk(visit);
      assert.deepEqual(visit.complaints, [], 'console errors and CSP violations');
    } finally {
      await context.close();
    }
  }

  /** One page of the browser, and what a person does there. */
  class Visit {
    complaints = [];
    /** Each document that was loaded, with its headers. */
    documents = [];
    #tolerated = [];
    #expectedStatus = 200;

    constructor(page, look) {
      this.page = page;
      this.look = look;
      page.on('pageerror', (error) => this.complaints.push(String(error)));
      page.on('console', (message) => {
        const text = message.text();
        const expected = this.#expectedStatus >= 400 && text.includes(`status of ${this.#expectedStatus}`);
        const tolerated = this.#tolerated.some((pattern) => pattern.test(text));
        if (['error', 'warning'].includes(message.type()) && !expected && !tolerated) this.complaints.push(`${text} (${message.location().url})`);
      });
      page.on('response', (response) => {
        if (response.request().isNavigationRequest()) this.documents.push({ url: response.url(), headers: response.headers() });
      });
      page.on('requestfailed', (request) => {
        if (!request.isNavigationRequest()) this.complaints.push(`${request.failure()?.errorText}: ${request.url()}`);
      });
    }

    tolerates(pattern) {
      this.#tolerated.push(pattern);
    }

    /** Something on the same host keeps this much in the browser. */
    async crumb(name, value) {
      await this.page.context().addCookies([{ name, value, url: world.url }]);
    }

    async open(url, status = 200) {
      this.#expectedStatus = status;
      const response = await this.page.goto(url.href);
      assert.equal(response.status(), status);
      assert.match(response.headers()['content-type'], /^text\/html/);
      assert.match(response.headers()['content-security-policy'] ?? '', /default-src 'none'|default-src 'self'/);
    }

    /** No finding of axe-core, nothing that must be scrolled sideways; and a picture for the eye. */
    async isWellMade(name) {
      const file = join(SHOTS, `${name}-${this.look}.png`);
      await this.page.screenshot({ path: file, fullPage: true });
      await this.page.evaluate(axe.source);
      const { violations, passes } = await this.page.evaluate(() => globalThis.axe.run(document));
      const findings = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
      assert.deepEqual(findings, [], `axe-core on ${name}, see ${file}`);
      assert.ok(passes.length > 5, 'axe-core had something to look at');
      const [wide, room] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      assert.ok(wide <= room, `${name} is ${wide} wide in a window of ${room}`);
    }

    async press(decision) {
      await this.#button(decision).click();
    }

    async pressWithKeyboard(decision) {
      for (let tab = 0; tab < 20; tab++) {
        await this.page.keyboard.press('Tab');
        const focused = await this.page.evaluate(() => document.activeElement?.getAttribute('value'));
        if (focused !== decision) continue;
        await this.page.keyboard.press('Enter');
        return;
      }
      assert.fail(`the ${decision} button cannot be reached with the keyboard`);
    }

    /** The page of the identity provider; not the gateway's own, so only walked through. */
    async signIn() {
      await this.page.locator('input[name=username]:visible').first().fill(world.account.username);
      await this.page.locator('input[name=password]:visible').first().fill(world.account.password);
      await this.page.screenshot({ path: join(SHOTS, `login-${this.look}.png`), fullPage: true });
      await this.page.locator('input[name=signInSubmitButton]:visible, button[name=signInSubmitButton]:visible').first().click();
    }

    /** Follows a page of the gateway that stands between it and the client, if there is one. Answers the client's parameters. */
    async arrive() {
      const onward = this.page.locator(`a[href^="${client.redirectUri}"]`);
      await onward.or(this.page.locator('#client-has-it')).first().waitFor();
      if (await onward.count()) {
        if (!this.look.includes('no-script')) await this.isWellMade('return');
        await onward.first().click();
        await this.page.locator('#client-has-it').waitFor();
      }
      assert.equal(client.callbacks.length, 1, 'the client was called back once');
      const [callback] = client.callbacks;
      assert.equal(callback.get('state'), client.state);
      assert.equal(callback.get('iss'), world.url, 'RFC 9207');
      return callback;
    }

    #button(decision) {
      return this.page.locator(`[name=decision][value=${decision}]`);
    }
  }
});

/** A native client with a redirect URI on the loopback interface, where it listens (RFC 8252 §7.3). */
class LoopbackClient {
  callbacks = [];

  static async start(world) {
    const client = new LoopbackClient();
    client.world = world;
    client.server = createServer((request, response) => {
      const url = new URL(request.url, 'http://localhost');
      if (url.pathname !== '/callback') return response.writeHead(204).end();
      world.secrets.noteParameters(url.searchParams);
      client.callbacks.push(url.searchParams);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>Client</title><link rel="icon" href="data:,"><p id="client-has-it">Signed in.</p>');
    });
    await new Promise((resolve) => client.server.listen(0, '127.0.0.1', resolve));
    client.redirectUri = `http://127.0.0.1:${client.server.address().port}/callback`;
    const response = await fetch(`${world.url}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Field Notes',
        redirect_uris: [client.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      }),
    });
    assert.equal(response.status, 201);
    client.id = (await response.json()).client_id;
    return client;
  }

  /** A new authorization request for the demo server, with a state and a challenge of its own. */
  authorizationUrl() {
    this.state = randomBytes(16).toString('base64url');
    this.world.secrets.note('state', this.state);
    const url = new URL('/authorize', this.world.url);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: this.id,
      redirect_uri: this.redirectUri,
      state: this.state,
      code_challenge: createHash('sha256').update(randomBytes(32).toString('base64url')).digest('base64url'),
      code_challenge_method: 'S256',
      resource: this.world.mcpUrl('demo'),
    }).toString();
    return url;
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
