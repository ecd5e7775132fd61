import { randomBytes } from 'node:crypto';

/**
 * The OAuth memory of a client, as both SDKs want it (`OAuthClientProvider`), which keeps everything that happened:
 * each authorization URL the client wanted opened, and each set of tokens it was given.
 */
export class MemoryProvider {
  authorizationUrls = [];
  tokenHistory = [];
  invalidated = [];
  #metadata;
  #redirectUri;
  #secrets;
  #state;
  #registration;
  #tokens;
  #verifier;
  #discovery;

  /** @param documentUrl of the client's metadata document, if it has one */
  constructor({ name, redirectUri, authMethod, secrets, documentUrl }) {
    this.clientMetadataUrl = documentUrl;
    this.#redirectUri = redirectUri;
    this.#secrets = secrets;
    this.#metadata = {
      client_name: name,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: authMethod,
    };
  }

  get redirectUrl() {
    return this.#redirectUri;
  }

  get clientMetadata() {
    return this.#metadata;
  }

  state() {
    this.#state = randomBytes(16).toString('base64url');
    this.#secrets.note('state', this.#state);
    return this.#state;
  }

  /** The state of the latest authorization request, which the callback must repeat. */
  get expectedState() {
    return this.#state;
  }

  clientInformation() {
    return this.#registration;
  }

  saveClientInformation(registration) {
    this.#secrets.note('client_secret', registration.client_secret);
    this.#registration = registration;
  }

  tokens() {
    return this.#tokens;
  }

  saveTokens(tokens) {
    this.#secrets.note('access_token', tokens.access_token);
    this.#secrets.note('refresh_token', tokens.refresh_token);
    this.#tokens = tokens;
    this.tokenHistory.push({ ...tokens, savedAt: Date.now() });
  }

  redirectToAuthorization(url) {
    this.#secrets.noteParameters(url.searchParams);
    this.authorizationUrls.push(url);
  }

  saveCodeVerifier(verifier) {
    this.#secrets.note('code_verifier', verifier);
    this.#verifier = verifier;
  }

  codeVerifier() {
    return this.#verifier;
  }

  saveDiscoveryState(state) {
    this.#discovery = state;
  }

  discoveryState() {
    return this.#discovery;
  }

  invalidateCredentials(scope) {
    this.invalidated.push(scope);
    if (scope === 'all' || scope === 'client') this.#registration = undefined;
    if (scope === 'all' || scope === 'tokens') this.#tokens = undefined;
    if (scope === 'all' || scope === 'verifier') this.#verifier = undefined;
    if (scope === 'all' || scope === 'discovery') this.#discovery = undefined;
  }
}
