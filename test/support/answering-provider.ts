import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import type { CleanUp } from './clean-up.ts';

/** An answer of a provider: JSON unless it has a body, or `cut`, after which the connection breaks. */
export interface ProviderAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cut?: boolean;
}

type Claims = Readonly<Record<string, unknown>>;
type SigningKeyOf = CryptoKey | Uint8Array;

/** What the browser was sent to the provider with. */
export interface AuthorizationRequest {
  readonly state: string;
  readonly nonce: string;
  readonly codeChallenge: string;
  readonly parameters: URLSearchParams;
}

/** A key of the provider. */
export interface ProviderKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** What the provider answers, to be changed by a test. */
export interface ProviderAnswers {
  /** Besides issuer and endpoints. */
  metadata: Claims;
  /** Takes requests for the metadata, and answers them not. */
  isSilent: boolean;
  /** The JWK Set. */
  keys: readonly JWK[];
  /** How the client proves itself (OpenID Connect Core 1.0, section 9). */
  clientAuthentication: 'client_secret_basic' | 'client_secret_post' | 'none';
  /** In place of what is right. */
  token: ((request: AuthorizationRequest) => Promise<ProviderAnswer> | ProviderAnswer) | undefined;
  userInfo: ((accessToken: string) => Promise<ProviderAnswer> | ProviderAnswer) | undefined;
  /** Of the ID token, besides those that it must have; undefined takes one of those away. */
  claims: Claims;
  /** What the token is about that is not in the ID token. */
  userClaims: Claims;
  /** Of the ID token. */
  header: Partial<JWTHeaderParameters>;
}

/** A provider that does as OpenID Connect Core 1.0 says, unless a test changes one of its answers. */
export interface AnsweringProvider {
  readonly issuer: string;
  readonly answers: ProviderAnswers;
  /** The key that signs. */
  readonly key: ProviderKey;
  /** Signs ID tokens with another key from now on. */
  readonly signWith: (key: ProviderKey) => void;
  /** Remembers what a browser was sent with, and gives the code with which it comes back. */
  readonly authorize: (location: URL) => string;
  /** The right ID token for a request, with changes. */
  readonly idToken: (request: AuthorizationRequest, options?: IdTokenOptions) => Promise<string>;
  /** Paths that were asked for. */
  readonly requests: string[];
}

export interface IdTokenOptions {
  readonly claims?: Claims;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly key?: SigningKeyOf;
}

export const subject = 'subject';
export const accessToken = 'access-token';
const clientId = 'jobrunner';
export const client = { clientId, clientSecret: 'the secret of the client' } as const;

/** Makes a key with a `kid`, or none. */
export async function makeProviderKey(alg = 'RS256', kid: string | undefined = alg): Promise<ProviderKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), ...(kid !== undefined && { kid }), alg, use: 'sig' };
  return { alg, privateKey, jwk };
}

/** Starts a provider for one client, with an authorization endpoint that is only a place to be sent to. */
export async function startAnsweringProvider(t: CleanUp): Promise<AnsweringProvider> {
  const requests: string[] = [];
  const codes = new Map<string, AuthorizationRequest>();
  let key = await makeProviderKey();
  const answers: ProviderAnswers = {
    metadata: {},
    isSilent: false,
    keys: [key.jwk],
    clientAuthentication: 'client_secret_basic',
    token: undefined,
    userInfo: undefined,
    claims: { preferred_username: 'grace' },
    userClaims: {},
    header: {},
  };

  async function idToken({ nonce }: AuthorizationRequest, options: IdTokenOptions = {}): Promise<string> {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const required = { iss: issuer, sub: subject, aud: clientId, iat: nowSeconds, exp: nowSeconds + 300, nonce };
    const { alg, jwk } = key;
    return new SignJWT({ ...required, ...answers.claims, ...options.claims })
      .setProtectedHeader({ alg, ...(jwk.kid !== undefined && { kid: jwk.kid }), ...answers.header, ...options.header })
      .sign(options.key ?? key.privateKey);
  }

  function isClient(authorization: string | undefined, form: URLSearchParams): boolean {
    const basic = Buffer.from((authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    const sent = [basic, form.get('client_id'), form.get('client_secret')];
    const { clientSecret } = client;
    // Both parts are forms' text (RFC 6749, section 2.3.1).
    const encoded = new URLSearchParams({ clientSecret }).toString().split('=')[1] ?? '';
    const expected = {
      client_secret_basic: [`${clientId}:${encoded}`, null, null],
      client_secret_post: ['', clientId, clientSecret],
      none: ['', clientId, null],
    }[answers.clientAuthentication];
    return JSON.stringify(sent) === JSON.stringify(expected);
  }

  async function answerToken(req: IncomingMessage): Promise<ProviderAnswer> {
    const form = new URLSearchParams(await readText(req));
    const code = form.get('code') ?? '';
    const request = codes.get(code);
    codes.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!isClient(req.headers.authorization, form)) return { status: 401, json: { error: 'invalid_client' } };
    if (request?.codeChallenge !== verifier) return { status: 400, json: { error: 'invalid_grant' } };
    if (answers.token) return answers.token(request);
    return { json: tokenResponse(await idToken(request)) };
  }

  async function answer(req: IncomingMessage): Promise<ProviderAnswer> {
    switch (req.url ?? '') {
      case '/.well-known/openid-configuration':
        if (answers.isSilent) return new Promise(() => undefined);
        return {
          json: {
            issuer,
            authorization_endpoint: `${issuer}/auth`,
            token_endpoint: `${issuer}/token`,
            userinfo_endpoint: `${issuer}/me`,
            jwks_uri: `${issuer}/keys`,
            id_token_signing_alg_values_supported: ['RS256'],
            ...answers.metadata,
          },
        };
      case '/keys':
        return { json: { keys: answers.keys } };
      case '/token':
        return answerToken(req);
      case '/me': {
        const token = (req.headers.authorization ?? '').replace(/^Bearer /, '');
        return answers.userInfo ? answers.userInfo(token) : { json: { sub: subject, ...answers.userClaims } };
      }
      default:
        return { status: 404 };
    }
  }

  function send(res: ServerResponse, { status = 200, json, body, headers, cut = false }: ProviderAnswer): void {
    const text = body ?? (json === undefined ? '' : JSON.stringify(json));
    const type = { 'content-type': 'application/json', ...headers };
    if (!cut) {
      res.writeHead(status, type).end(text);
      return;
    }
    res.writeHead(status, { ...type, 'content-length': Buffer.byteLength(text) });
    res.write(text.slice(0, text.length / 2), () => res.destroy());
  }

  const server = createServer((req, res) => {
    requests.push(req.url ?? '');
    answer(req).then(
      (given) => send(res, given),
      () => res.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return {
    issuer,
    answers,
    get key() {
      return key;
    },
    signWith: (other) => void (key = other),
    authorize: ({ searchParams: parameters }) => {
      const get = (name: string): string => parameters.get(name) ?? '';
      const request = { state: get('state'), nonce: get('nonce'), codeChallenge: get('code_challenge'), parameters };
      const code = `code-of-${request.state}`;
      codes.set(code, request);
      return code;
    },
    idToken,
    requests,
  };
}

/** What a token endpoint answers (OpenID Connect Core 1.0, section 3.1.3.3). */
export function tokenResponse(idToken: string | undefined): Readonly<Record<string, unknown>> {
  return { access_token: accessToken, token_type: 'Bearer', expires_in: 60, id_token: idToken };
}

async function readText(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req.setEncoding('utf8')) text += String(chunk);
  return text;
}
