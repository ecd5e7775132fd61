/**
 * What one MCP client said over HTTP, in order. Its `fetch` goes into the client's transport; secrets that pass by are
 * noted, bodies of streams are left alone.
 */
export class HttpDiary {
  #secrets;
  entries = [];

  constructor(secrets) {
    this.#secrets = secrets;
  }

  fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
    const entry = { method: init.method ?? 'GET', url, path: url.pathname, requestHeaders: headers };
    this.entries.push(entry);
    this.#secrets.note('bearer token', headers.get('authorization')?.replace(/^\S+ /, ''));
    if (init.body instanceof URLSearchParams) {
      entry.form = init.body;
      this.#secrets.noteParameters(init.body);
    }
    const response = await fetch(input, init);
    entry.status = response.status;
    entry.headers = response.headers;
    if (['/token', '/register'].includes(url.pathname)) {
      entry.json = await response.clone().json().catch(() => undefined);
      for (const name of ['access_token', 'refresh_token', 'client_secret', 'registration_access_token']) {
        this.#secrets.note(name, entry.json?.[name]);
      }
    }
    return response;
  };

  /** The exchanges with this method, path and, where given, form parameters. */
  find(method, path, form = {}) {
    return this.entries.filter(
      (entry) =>
        entry.method === method &&
        entry.path === path &&
        Object.entries(form).every(([name, value]) => entry.form?.get(name) === value),
    );
  }

  /** `METHOD path status` lines, for the message of a test that fails. */
  toString() {
    return this.entries.map((e) => `${e.method} ${e.path} ${e.status ?? 'no answer'}`).join('\n');
  }
}
