import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import type { Page, TestBrowser } from './browser.ts';
import type { CleanUp } from './clean-up.ts';
import type { OidcConfig } from '../../config/load.ts';

/** What the provider says of somebody, besides the subject. */
export type Claims = Readonly<Record<string, unknown>>;

/** An OpenID provider that lets everybody in whom it knows, whatever the password. */
export interface TestOidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** By the name that is entered there, which is the subject. */
  readonly people: Map<string, Claims>;
  /** Paths that were asked for, without the query. */
  readonly requests: string[];
  /** Answers nobody from now on. */
  readonly stop: () => Promise<void>;
}

const clientId = 'jobrunner';
const clientSecret = 'the secret of the client';

/** How this program is told of a provider. */
export function oidcConfigOf(
  { issuer, clientId, clientSecret }: Pick<TestOidcProvider, 'issuer' | 'clientId' | 'clientSecret'>,
  changes: Partial<OidcConfig> = {},
): OidcConfig {
  return {
    issuer,
    clientId,
    clientSecret,
    scopes: 'openid profile groups',
    usernameClaim: 'preferred_username',
    groupsClaim: 'groups',
    adminGroup: undefined,
    ...changes,
  };
}

/**
 * Starts a provider with one client.
 *
 * @param redirectUri the only one of the client
 */
export async function startOidcProvider(t: CleanUp, redirectUri: string): Promise<TestOidcProvider> {
  const requests: string[] = [];
  const people = new Map<string, Claims>();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'test', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['a key of this test'] },
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'groups'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Grant: 600, Interaction: 600, Session: 600 },
    findAccount: (_context, sub) => {
      const claims = people.get(sub);
      return claims && { accountId: sub, claims: () => ({ ...claims, sub }) };
    },
  });
  const handle = provider.callback();
  server.on('request', (req, res) => {
    requests.push(req.url?.split('?')[0] ?? '');
    void handle(req, res);
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopped ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  t.after(stop);
  return { issuer, clientId, clientSecret, people, requests, stop };
}

const maxHops = 15;

/**
 * Goes where the answers lead, signs in at the provider as `login`, and consents, until an answer leads nowhere, or to a
 * URL at which `isEnd`.
 */
export async function browse(
  browser: TestBrowser,
  url: URL,
  login: string,
  isEnd: (url: URL) => boolean,
): Promise<Page> {
  let page = await browser.get(url);
  for (let hop = 0; hop < maxHops; hop++) {
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(page.body) ?? [];
    if (page.location) {
      if (isEnd(page.location)) return page;
      page = await browser.get(page.location);
    } else if (action !== undefined) {
      const prompt = /name="prompt" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
      page = await browser.post(action, { prompt, ...(prompt === 'login' && { login, password: 'any' }) });
    } else return page;
  }
  throw new Error(`too many redirects, the last from ${page.url.href}`);
}
