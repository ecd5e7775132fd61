/**
 * Every value of a run that must stay between the parties it was meant for: tokens, codes, secrets, passwords, states.
 * The client and the browser note them as they see them; at the end nobody's log may contain one.
 */
export class Secrets {
  #kinds = new Map();

  /** Notes a value, under the name it was first seen by. What is shorter than eight characters is no secret, and would be found everywhere by chance. */
  note(kind, value) {
    if (typeof value === 'string' && value.length >= 8 && !this.#kinds.has(value)) this.#kinds.set(value, kind);
  }

  /** Notes the secret ones among the query parameters of a URL, or of a form body. */
  noteParameters(parameters) {
    for (const name of ['code', 'state', 'code_verifier', 'refresh_token', 'client_secret', 'nonce', '_csrf']) {
      this.note(name, parameters.get(name) ?? undefined);
    }
  }

  get kinds() {
    return new Set(this.#kinds.values());
  }

  /** The kinds of secret a text contains, each with the line it stands in, the value itself blotted out. */
  leaksIn(text) {
    const leaks = [];
    for (const [value, kind] of this.#kinds) {
      for (const form of new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])) {
        const at = text.indexOf(form);
        if (at < 0) continue;
        const end = text.indexOf('\n', at);
        const line = text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end);
        leaks.push(`${kind}: ${line.replaceAll(form, `<${kind}>`)}`);
        break;
      }
    }
    return leaks;
  }
}
