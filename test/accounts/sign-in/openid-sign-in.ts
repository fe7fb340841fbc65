import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { OidcProviderDeps } from '../../../accounts/sign-in/oidc-provider.ts';
import type { OidcConfig } from '../../../config/load.ts';
import { freePort } from '../../../local/ports.ts';
import {
  type AnsweringProvider,
  client,
  type ProviderAnswer,
  startAnsweringProvider,
  tokenResponse,
  type AuthorizationRequest,
  type IdTokenOptions,
} from '../../support/answering-provider.ts';
import { createBrowser, type Page, type TestBrowser } from '../../support/browser.ts';
import { createCleanUp } from '../../support/clean-up.ts';
import { startApi, type TestApi } from '../../api/test-api.ts';

/** An API and a provider that know each other. */
export interface OpenIdSetup {
  readonly api: TestApi;
  readonly provider: AnsweringProvider;
  readonly publicUrl: string;
  /** Sends a browser to the provider; gives where it comes back to. */
  readonly begin: (browser: TestBrowser, returnTo?: string) => Promise<URL>;
  /** The whole way in a browser of its own: `302` for a session, or else the error. */
  readonly signIn: (browser?: TestBrowser) => Promise<string>;
  /** The same with a changed ID token. */
  readonly withIdToken: (options: IdTokenOptions) => Promise<string>;
  /** The same with another answer of the token endpoint. */
  readonly withTokenAnswer: (
    answer: (request: AuthorizationRequest) => ProviderAnswer | Promise<ProviderAnswer>,
  ) => Promise<string>;
  /** Names of groups that the last sign-in has put the account into teams by. */
  readonly groupsOf: (name: string) => Promise<string[]>;
}

type OpenIdOptions = Partial<OidcConfig> &
  Pick<OidcProviderDeps, 'metadataRestMs'> & { readonly groups?: readonly string[] };

/**
 * Starts both. A team of the organization `acme` is linked to each of the groups. Metadata that a test changes hold at the
 * next sign-in, unless it says how long they are not read again.
 */
export async function startOpenId(
  t: TestContext,
  { groups = [], ...changes }: OpenIdOptions = {},
): Promise<OpenIdSetup> {
  const provider = await startAnsweringProvider(createCleanUp(t));
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const oidc = {
    issuer: provider.issuer,
    ...client,
    scopes: 'openid profile groups',
    usernameClaim: 'preferred_username',
    groupsClaim: 'groups',
    adminGroup: undefined,
    metadataRestMs: 0,
    ...changes,
  };
  const api = await startApi(t, { port, publicUrl, oidc });
  for (const [index, group] of groups.entries()) {
    const team = `/enzi/v0/accounts/acme/teams/team-${index}`;
    await api.send('POST', '/enzi/v0/accounts/acme/teams', { body: { name: `team-${index}` } });
    const body = { enableSync: true, oidcGroups: [group] };
    const linked = await api.send('PUT', `${team}/memberSyncConfig`, { body });
    assert.equal(linked.status, 200, linked.text);
  }

  async function begin(browser: TestBrowser, returnTo = '/'): Promise<URL> {
    const login = new URL(`${publicUrl}/enzi/v0/oidc/login`);
    login.searchParams.set('returnTo', returnTo);
    const { location, body } = await browser.get(login);
    assert.ok(location, body);
    const callback = new URL(location.searchParams.get('redirect_uri') ?? '');
    callback.searchParams.set('code', provider.authorize(location));
    callback.searchParams.set('state', location.searchParams.get('state') ?? '');
    return callback;
  }

  const signIn = async (browser = createBrowser()): Promise<string> =>
    outcomeOf(await browser.get(await begin(browser)));
  const withTokenAnswer: OpenIdSetup['withTokenAnswer'] = async (answer) => {
    provider.answers.token = answer;
    try {
      return await signIn();
    } finally {
      provider.answers.token = undefined;
    }
  };
  return {
    api,
    provider,
    publicUrl,
    begin,
    signIn,
    withTokenAnswer,
    withIdToken: (options) =>
      withTokenAnswer(async (request) => ({ json: tokenResponse(await provider.idToken(request, options)) })),
    groupsOf: async (name) => {
      const { rows } = await api.pool.query<{ group: string }>(
        `SELECT g.group_name AS group FROM accounts.team_members m JOIN accounts.accounts a ON a.id = m.user_id
         JOIN accounts.team_groups g ON g.team_id = m.team_id WHERE a.name = $1 ORDER BY 1`,
        [name],
      );
      return rows.map(({ group }) => group);
    },
  };
}

/** What somebody reads after a sign-in: `302`, or the error with its message. */
export function outcomeOf({ status, location, body }: Page): string {
  if (location) return String(status);
  const { errors } = JSON.parse(body) as { errors: { code: string; message: string }[] };
  return `${status} ${errors[0]?.code} ${errors[0]?.message}`;
}
