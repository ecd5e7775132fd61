import http from 'node:http';
import https from 'node:https';
import { parse } from 'node-html-parser';

const HOPS = 20;
const REQUEST_MILLIS = 10_000;
const PAGE_BYTES = 1_000_000;

/**
 * The cookies of one person. Ports do not separate cookies (RFC 6265 §8.5): on localhost the gateway and the identity
 * provider share them, in this jar as in a real browser.
 */
export class CookieJar {
  #cookies = [];

  /** Takes the Set-Cookie lines of an answer, by RFC 6265 §5.3 and the cookie prefixes of RFC 6265bis. Answers the cookies it took. */
  take(url, lines = []) {
    const taken = [];
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const equals = pair.indexOf('=');
      if (equals < 1) continue;
      const attribute = new Map(
        attributes.map((a) => a.split('=')).map(([name, ...value]) => [name.toLowerCase(), value.join('=')]),
      );
      const name = pair.slice(0, equals);
      const path = attribute.get('path');
      const cookie = {
        name,
        value: pair.slice(equals + 1).replace(/^"(.*)"$/, '$1'),
        domain: (attribute.get('domain') || url.hostname).replace(/^\./, '').toLowerCase(),
        hostOnly: !attribute.get('domain'),
        path: path?.startsWith('/') ? path : url.pathname.slice(0, url.pathname.lastIndexOf('/')) || '/',
        secure: attribute.has('secure'),
        expires: expiry(attribute),
      };
      if (name.startsWith('__Host-') && !(cookie.secure && cookie.hostOnly && path === '/')) {
        throw new Error(`a browser would refuse the cookie ${name}: it is not Secure, for this host alone, with Path=/`);
      }
      this.#cookies = this.#cookies.filter(
        (other) => !(other.name === name && other.domain === cookie.domain && other.path === cookie.path),
      );
      if (cookie.expires > Date.now()) {
        this.#cookies.push(cookie);
        taken.push(cookie);
      }
    }
    return taken;
  }

  /** The Cookie header for a URL, the longest paths first; empty when there is nothing to send. */
  header(url) {
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    return this.#cookies
      .filter((c) => c.expires > Date.now())
      .filter((c) => (c.hostOnly ? url.hostname === c.domain : `.${url.hostname}`.endsWith(`.${c.domain}`)))
      .filter((c) => url.pathname === c.path || url.pathname.startsWith(c.path.endsWith('/') ? c.path : `${c.path}/`))
      .filter((c) => !c.secure || url.protocol === 'https:' || local)
      .sort((a, b) => b.path.length - a.path.length)
      .map((c) => `${c.name}=${c.value}`)
      .join('; ');
  }
}

function expiry(attribute) {
  if (attribute.has('max-age')) return Date.now() + Number(attribute.get('max-age')) * 1000;
  const date = Date.parse(attribute.get('expires') ?? '');
  return Number.isNaN(date) ? Infinity : date;
}

/**
 * A person with a browser that runs no script: follows redirects, reads the page, fills in the form, presses the button.
 *
 * It stops where the browser would leave for the client's redirect URI, which nobody needs to listen on.
 */
export class Person {
  #jar = new CookieJar();
  #secrets;
  #account;

  /** How often this person has entered a password, and pressed a consent button. */
  logins = 0;
  consents = 0;
  /** Each request as `METHOD path status`, for the message of a test that fails. */
  steps = [];

  constructor({ username, password, secrets }) {
    this.#account = { username, password };
    this.#secrets = secrets;
  }

  /** Opens `start` and goes on until the browser is sent to `redirectUri`. Answers that URL, with the client's parameters. */
  async visit(start, redirectUri, { decision = 'approve' } = {}) {
    let request = { method: 'GET', url: new URL(start) };
    for (let hop = 0; hop < HOPS; hop++) {
      this.#secrets.noteParameters(request.url.searchParams);
      if (isAt(request.url, redirectUri)) return request.url;
      const answer = await this.#send(request);
      request =
        answer.status >= 300 && answer.status < 400 && answer.headers.location
          ? followed(request, answer)
          : this.#act(request, answer, redirectUri, decision);
    }
    throw new Error(`still not at the redirect URI after ${HOPS} steps:\n${this.steps.join('\n')}`);
  }

  async #send({ method, url, body, from, site }) {
    const answer = await exchange(url, {
      method,
      body,
      headers: {
        'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) e2e',
        Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        'Accept-Language': 'en',
        'Upgrade-Insecure-Requests': '1',
        'Sec-Fetch-Site': site ?? 'none',
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
        'Sec-Fetch-User': '?1',
        ...(from && { Referer: from }),
        ...(body !== undefined && {
          Origin: from ? new URL(from).origin : 'null',
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(body),
        }),
        ...cookies(this.#jar.header(url)),
      },
    });
    this.steps.push(`${method} ${url.origin}${url.pathname} ${answer.status}`);
    this.#jar.take(url, answer.headers['set-cookie']).forEach((cookie) => this.#secrets.note(`cookie ${cookie.name}`, cookie.value));
    return answer;
  }

  #act(request, answer, redirectUri, decision) {
    const type = answer.headers['content-type'] ?? '';
    if (answer.status !== 200 || !type.startsWith('text/html')) {
      throw new Error(`no page to act on: ${this.steps.join('\n')}\n${type}\n${answer.text.slice(0, 1000)}`);
    }
    const page = parse(answer.text);
    const form = page.querySelector('form');
    if (form) return this.#submit(request, form, decision);
    const link = onwardLink(page, request.url, redirectUri);
    if (link) return { method: 'GET', url: link, from: request.url.href, site: 'cross-site' };
    throw new Error(`a page with neither form nor a way back to the client: ${this.steps.join('\n')}\n${answer.text.slice(0, 1000)}`);
  }

  #submit(request, form, decision) {
    const fields = new URLSearchParams();
    for (const input of form.querySelectorAll('input')) {
      const name = input.getAttribute('name');
      const type = (input.getAttribute('type') ?? 'text').toLowerCase();
      if (!name || ['submit', 'button', 'image', 'reset'].includes(type)) continue;
      if (['checkbox', 'radio'].includes(type) && !input.hasAttribute('checked')) continue;
      fields.append(name, input.getAttribute('value') ?? '');
    }
    if (form.querySelector('input[type=password]')) {
      fields.set('username', this.#account.username);
      fields.set('password', this.#account.password);
      this.logins++;
    }
    const buttons = form
      .querySelectorAll('button, input')
      .filter((b) => (b.getAttribute('type') ?? (b.tagName === 'BUTTON' ? 'submit' : 'text')).toLowerCase() === 'submit');
    const asks = buttons.filter((b) => b.getAttribute('name') === 'decision');
    const pressed = asks.length ? asks.find((b) => b.getAttribute('value') === decision) : buttons[0];
    if (!pressed) throw new Error(`no button to press in ${form.outerHTML.slice(0, 500)}`);
    if (asks.length) this.consents++;
    const name = pressed.getAttribute('name');
    if (name) fields.append(name, pressed.getAttribute('value') ?? '');
    this.#secrets.noteParameters(fields);

    const target = new URL(form.getAttribute('action') || request.url.href, request.url);
    const from = request.url.href;
    if ((form.getAttribute('method') ?? 'get').toLowerCase() !== 'post') {
      target.search = fields.toString();
      return { method: 'GET', url: target, from, site: 'same-origin' };
    }
    return { method: 'POST', url: target, body: fields.toString(), from, site: 'same-origin' };
  }
}

function cookies(header) {
  return header ? { Cookie: header } : {};
}

/** RFC 9110 §15.4: 307 and 308 repeat the request, the others become a GET. */
function followed(request, answer) {
  const url = new URL(answer.headers.location, request.url);
  const site = url.origin === request.url.origin ? request.site : 'same-site';
  return [307, 308].includes(answer.status) ? { ...request, url, site } : { method: 'GET', url, from: request.from, site };
}

/** Whether a URL is the redirect URI, with whatever parameters were added to its query. */
function isAt(url, redirectUri) {
  const expected = new URL(redirectUri);
  return url.origin === expected.origin && url.pathname === expected.pathname;
}

function onwardLink(page, base, redirectUri) {
  const refresh = page
    .querySelectorAll('meta')
    .find((meta) => meta.getAttribute('http-equiv')?.toLowerCase() === 'refresh')
    ?.getAttribute('content');
  const target = /^\s*\d+\s*;\s*url\s*=\s*['"]?([^'"]+)/i.exec(refresh ?? '')?.[1];
  return [target, ...page.querySelectorAll('a').map((a) => a.getAttribute('href'))]
    .filter((href) => href && URL.canParse(href, base))
    .map((href) => new URL(href, base))
    .find((url) => isAt(url, redirectUri));
}

/** One HTTP exchange without redirects. node:http, because fetch insists on its own Sec-Fetch headers. */
function exchange(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(
      url,
      { method, headers, signal: AbortSignal.timeout(REQUEST_MILLIS) },
      (response) => {
        const chunks = [];
        let bytes = 0;
        response.on('data', (chunk) => {
          bytes += chunk.length;
          if (bytes > PAGE_BYTES) response.destroy(new Error(`${url.origin}${url.pathname}: more than ${PAGE_BYTES} bytes`));
          chunks.push(chunk);
        });
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
