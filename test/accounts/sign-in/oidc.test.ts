import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { calculatePKCECodeChallenge } from 'openid-client';
import { pendingCookieName, sealPending } from '../../../accounts/sign-in/oidc-pending.ts';
import type { OidcProviderDeps } from '../../../accounts/sign-in/oidc-provider.ts';
import type { OidcConfig } from '../../../config/load.ts';
import { freePort } from '../../../local/ports.ts';
import { createBrowser, type Page, type TestBrowser } from '../../support/browser.ts';
import { createCleanUp } from '../../support/clean-up.ts';
import { browse, oidcConfigOf, startOidcProvider, type TestOidcProvider } from '../../support/oidc-provider.ts';
import { createEventReader, signInEvents } from '../../api/audit-events.ts';
import { basic, password, startApi, type TestApi } from '../../api/test-api.ts';

interface Setup {
  readonly api: TestApi;
  readonly provider: TestOidcProvider;
  readonly publicUrl: string;
}

const scopes = 'openid profile groups';

/** Starts the API and a provider that know each other. */
async function start(
  t: TestContext,
  changes: Partial<OidcConfig> & Pick<OidcProviderDeps, 'metadataRestMs'> = {},
): Promise<Setup> {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const provider = await startOidcProvider(createCleanUp(t), `${publicUrl}/enzi/v0/oidc/callback`);
  const oidc = { ...oidcConfigOf(provider, { scopes }), ...changes };
  const api = await startApi(t, { port, publicUrl, oidc });
  return { api, provider, publicUrl };
}

const isCallback = (url: URL): boolean => url.pathname === '/enzi/v0/oidc/callback';

/** The whole way, until the browser is back with a session or an error. */
function signIn({ publicUrl }: Setup, browser: TestBrowser, login: string, returnTo = '/'): Promise<Page> {
  const url = new URL(`${publicUrl}/enzi/v0/oidc/login`);
  url.searchParams.set('returnTo', returnTo);
  return browse(browser, url, login, (next) => next.origin === publicUrl && !next.pathname.startsWith('/enzi/'));
}

/** The way up to the URL by which the provider sends the browser back, which it has not visited. */
async function untilCallback({ publicUrl }: Setup, browser: TestBrowser, login: string): Promise<URL> {
  const page = await browse(browser, new URL(`${publicUrl}/enzi/v0/oidc/login`), login, isCallback);
  assert.ok(page.location, page.body);
  return page.location;
}

function outcomeOf({ status, body, location }: Page): string {
  if (location) return String(status);
  const { errors } = JSON.parse(body) as { errors: { code: string }[] };
  return `${status} ${errors[0]?.code}`;
}

interface SessionView {
  readonly account: { readonly id: string; readonly name: string; readonly [field: string]: unknown };
  readonly csrfToken: string;
}

/** Who the browser is signed in as. */
async function sessionOf({ publicUrl }: Setup, browser: TestBrowser): Promise<SessionView | undefined> {
  const page = await browser.get(`${publicUrl}/enzi/v0/session`);
  return page.status === 200 ? (JSON.parse(page.body) as SessionView) : undefined;
}

test('somebody whom the provider knows signs in, and is an account from then on', async (t) => {
  const setup = await start(t);
  const { api, provider, publicUrl } = setup;
  provider.people.set('subject-1', { preferred_username: 'Grace', name: 'Grace Hopper' });
  assert.deepEqual((await api.send('GET', '/enzi/v0/login', { as: null })).json, { password: true, oidc: true });

  const browser = createBrowser();
  const back = await signIn(setup, browser, 'subject-1', '/repositories?filter=a%20b');
  assert.deepEqual([back.status, back.location?.href], [302, `${publicUrl}/repositories?filter=a%20b`], back.body);
  assert.deepEqual(
    back.setCookies.map((header) => header.replace(/=[\w-]{43};/, '=…;').replace(/oidc-[\w-]{16}=/, 'oidc-…=')),
    [
      'jobrunner-oidc-…=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
      'jobrunner-session=…; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400',
    ],
  );
  const session = await sessionOf(setup, browser);
  assert.ok(session);
  const { id, name, fullName, isImported, isAdmin } = session.account;
  assert.deepEqual([name, fullName, isImported, isAdmin], ['grace', 'Grace Hopper', true, false]);

  // The same person under another name stays the same account.
  provider.people.set('subject-1', { preferred_username: 'hopper', name: 'G. Hopper' });
  const other = createBrowser();
  assert.equal((await signIn(setup, other, 'subject-1')).status, 302);
  const again = await sessionOf(setup, other);
  assert.deepEqual([again?.account.id, again?.account.name, again?.account['fullName']], [id, 'grace', 'G. Hopper']);
  assert.ok(await sessionOf(setup, browser), 'the other browser stays signed in');
});

test('an account of the provider has no password, but access tokens', { timeout: 120_000 }, async (t) => {
  const setup = await start(t);
  const { api, provider, publicUrl } = setup;
  provider.people.set('subject-1', { preferred_username: 'grace' });
  const browser = createBrowser();
  await signIn(setup, browser, 'subject-1');
  const session = await sessionOf(setup, browser);
  const headers = { cookie: browser.cookiesFor(publicUrl), 'x-csrf-token': session?.csrfToken };
  const made = await api.send('POST', '/api/v0/api_tokens', { as: null, headers, body: { tokenLabel: 'CI' } });
  assert.equal(made.status, 200, made.text);
  const { token } = made.json as { token: string };
  const use = (secret: string) =>
    api.send('GET', '/api/v0/repositories', { as: null, headers: basic('grace', secret) });
  assert.equal((await use(token)).status, 200);
  for (const secret of ['', password, 'null']) assert.equal((await use(secret)).outcome, '401 NOT_AUTHENTICATED');
  const setPassword = await api.send('POST', '/enzi/v0/accounts/grace/changePassword', {
    body: { newPassword: 'a good password' },
  });
  assert.equal(setPassword.outcome, '400 INVALID_PARAMETERS', 'not even by an administrator');
});

test('the groups of the provider are teams, and one of them makes administrators', async (t) => {
  const setup = await start(t, { adminGroup: 'operators' });
  const { api, provider } = setup;
  const team = '/enzi/v0/accounts/acme/teams/builders';
  await api.send('POST', '/enzi/v0/accounts/acme/teams', { body: { name: 'builders' } });
  const linked = await api.send('PUT', `${team}/memberSyncConfig`, {
    body: { enableSync: true, oidcGroups: ['platform'] },
  });
  assert.equal(linked.status, 200, linked.text);
  const members = async () => {
    const { json } = await api.send('GET', `${team}/members`);
    return (json as { members: { member: { name: string } }[] }).members.map(({ member }) => member.name);
  };
  const browser = createBrowser();
  const isAdmin = async (groups: unknown) => {
    provider.people.set('subject-1', { preferred_username: 'grace', groups });
    const page = await signIn(setup, browser, 'subject-1');
    assert.equal(page.status, 302, page.body);
    return (await sessionOf(setup, browser))?.account['isAdmin'];
  };
  assert.equal(await isAdmin(['platform', 'operators']), true);
  assert.deepEqual(await members(), ['grace']);
  assert.equal(await isAdmin('platform'), false);
  assert.deepEqual(await members(), ['grace'], 'one group, written without a list');
  assert.equal(await isAdmin(['Operators', 7]), false);
  assert.deepEqual(await members(), []);
  assert.equal(await isAdmin(['operators']), true);
  await api.pool.query(`UPDATE accounts.accounts SET is_admin = false WHERE name = 'admin'`);
  provider.people.set('subject-1', { preferred_username: 'grace', groups: [] });
  assert.equal(outcomeOf(await signIn(setup, browser, 'subject-1')), '409 LAST_ADMIN');
});

test('what a sign-in brings about is written down, and what does not change is not', async (t) => {
  const setup = await start(t, { adminGroup: 'operators' });
  const { api, provider } = setup;
  const events = createEventReader(api.pool);
  await api.send('POST', '/enzi/v0/accounts/acme/teams', { body: { name: 'builders' } });
  const config = '/enzi/v0/accounts/acme/teams/builders/memberSyncConfig';
  await api.send('PUT', config, { body: { enableSync: true, oidcGroups: ['platform'] } });
  await events();
  const come = async (groups: readonly string[]) => {
    provider.people.set('subject-1', { preferred_username: 'grace', name: 'Grace', groups });
    const page = await signIn(setup, createBrowser(), 'subject-1');
    return { status: page.status, events: await events() };
  };
  const of = { by: 'system oidc', object: 'grace' };
  const session = { by: 'user grace', object: 'grace', namespace: 'grace', details: { by: 'oidc' } };
  const begun = { kind: 'SESSION_CREATE', ...session };
  assert.deepEqual((await come(['platform'])).events, [
    {
      kind: 'ACCOUNT_CREATE',
      ...of,
      namespace: 'grace',
      details: { isOrg: false, isAdmin: false, isActive: true, isImported: true },
    },
    { kind: 'MEMBER_UPDATE', ...of, namespace: 'acme', details: {} },
    { kind: 'TEAM_MEMBER_UPDATE', ...of, namespace: 'acme', details: { team: 'builders', group: 'platform' } },
    begun,
  ]);
  assert.deepEqual((await come(['platform'])).events, [begun]);
  const rights = { from: { isAdmin: false }, to: { isAdmin: true } };
  assert.deepEqual((await come(['operators'])).events, [
    { kind: 'TEAM_MEMBER_DELETE', ...of, namespace: 'acme', details: { team: 'builders' } },
    { kind: 'MEMBER_DELETE', ...of, namespace: 'acme', details: {} },
    { kind: 'ACCOUNT_UPDATE', ...of, namespace: 'grace', details: rights },
    begun,
  ]);
  await api.send('PATCH', '/enzi/v0/accounts/grace', { body: { isActive: false } });
  await events();
  assert.deepEqual(await come(['platform']), { status: 403, events: [] }, 'nothing of a sign-in that is refused');
  assert.equal((await api.send('GET', '/enzi/v0/oidc/callback?state=x', { as: null })).status, 400);
  await api.flushSignIns();
  assert.deepEqual(
    (await signInEvents(api.pool)).filter((line) => line.includes('oidc')),
    ['SIGN_IN grace grace oidc 3', 'SIGN_IN_FAILURE   oidc 1', 'SIGN_IN_FAILURE  grace oidc 1'],
  );
});

test('who may not sign in reads why, and gets no session', async (t) => {
  const setup = await start(t);
  const { api, provider } = setup;
  const attempt = async (subject: string, claims: Readonly<Record<string, unknown>>) => {
    provider.people.set(subject, claims);
    const browser = createBrowser();
    const page = await signIn(setup, browser, subject);
    assert.equal(await sessionOf(setup, browser), undefined);
    assert.match(page.setCookies.join('\n'), /^jobrunner-oidc-[\w-]{16}=; .*Max-Age=0$/);
    return `${outcomeOf(page)} ${page.body}`;
  };
  assert.match(await attempt('a', { preferred_username: 'ada' }), /^409 ACCOUNT_EXISTS .*calls you \\"ada\\"/);
  assert.match(await attempt('b', { preferred_username: 'acme' }), /^409 ACCOUNT_EXISTS/, 'an organization');
  assert.match(await attempt('c', { preferred_username: 'ada@example.com' }), /^403 SIGN_IN_REFUSED .*OIDC_USERNAME/);
  assert.match(await attempt('d', { preferred_username: '../v2' }), /^403 SIGN_IN_REFUSED/);
  assert.match(await attempt('e', {}), /^403 SIGN_IN_REFUSED .*does not send the claim/);
  assert.match(await attempt('f', { preferred_username: ['x'] }), /^403 SIGN_IN_REFUSED/);
  const { rows } = await api.pool.query('SELECT FROM accounts.external_identities');
  assert.equal(rows.length, 0, 'nothing is left of them');
  const ada = await api.send('GET', '/api/v0/repositories', { as: 'ada' });
  assert.equal(ada.status, 200);

  provider.people.set('g', { preferred_username: 'grace' });
  assert.equal((await signIn(setup, createBrowser(), 'g')).status, 302);
  await api.send('PATCH', '/enzi/v0/accounts/grace', { body: { isActive: false } });
  assert.match(await attempt('g', { preferred_username: 'grace' }), /^403 SIGN_IN_REFUSED .*not active/);
});

test('a person who declines at the provider reads so', async (t) => {
  const setup = await start(t);
  const browser = createBrowser();
  let page = await browser.get(`${setup.publicUrl}/enzi/v0/oidc/login`);
  while (page.location) page = await browser.get(page.location);
  const [, abort = ''] = /href="([^"]+\/abort)"/.exec(page.body) ?? [];
  page = await browse(browser, new URL(abort), 'nobody', () => false);
  assert.equal(outcomeOf(page), '403 SIGN_IN_REFUSED');
  assert.match(page.body, /access_denied: End-User aborted interaction/);
});

test('an answer counts for the sign-in that this browser has begun, and once', async (t) => {
  const setup = await start(t);
  const { provider, publicUrl } = setup;
  provider.people.set('subject-1', { preferred_username: 'grace' });
  const victim = createBrowser();
  const attacker = createBrowser();
  const callback = await untilCallback(setup, attacker, 'subject-1');
  // Somebody else's answer, in a browser that has begun none, and in one that has.
  assert.equal(outcomeOf(await victim.get(callback)), '400 SIGN_IN_EXPIRED');
  await victim.get(`${publicUrl}/enzi/v0/oidc/login`);
  assert.equal(outcomeOf(await victim.get(callback)), '400 SIGN_IN_EXPIRED');
  const guessed = new URL(callback);
  guessed.searchParams.set('state', 'guessed');
  assert.equal(outcomeOf(await attacker.get(guessed)), '400 SIGN_IN_EXPIRED');
  assert.equal(await sessionOf(setup, victim), undefined);

  // Who keeps the cookie and the code cannot use them again.
  const another = createBrowser();
  const used = await untilCallback(setup, another, 'subject-1');
  const [, keptName = '', kept = ''] = /(jobrunner-oidc-[\w-]+)=([^;]+)/.exec(another.cookiesFor(publicUrl)) ?? [];
  assert.equal((await another.get(used)).status, 302);
  assert.equal(outcomeOf(await another.get(used)), '400 SIGN_IN_EXPIRED', 'the cookie is gone');
  const thief = createBrowser();
  thief.setCookie(publicUrl, keptName, kept);
  const replayed = await thief.get(used);
  assert.equal(outcomeOf(replayed), '403 SIGN_IN_REFUSED', replayed.body);
  assert.match(replayed.body, /does not take this code/);
  assert.equal(await sessionOf(setup, thief), undefined);
});

test('a code counts with the nonce and the verifier under which it was asked for', async (t) => {
  const setup = await start(t);
  const { provider, publicUrl, api } = setup;
  provider.people.set('subject-1', { preferred_username: 'grace' });
  const pending = { state: 'state', nonce: 'nonce', codeVerifier: 'v'.repeat(43), returnTo: '/' };
  const attempt = async (changes: object) => {
    const browser = createBrowser();
    const url = new URL(`${provider.issuer}/auth`);
    url.search = new URLSearchParams({
      client_id: provider.clientId,
      redirect_uri: `${publicUrl}/enzi/v0/oidc/callback`,
      response_type: 'code',
      scope: scopes,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    }).toString();
    const { location } = await browse(browser, url, 'subject-1', isCallback);
    assert.ok(location);
    const sealed = sealPending(api.secretKey, { ...pending, expiresAtMs: Date.now() + 60_000, ...changes });
    browser.setCookie(publicUrl, pendingCookieName(pending.state), sealed);
    const page = await browser.get(location);
    return `${outcomeOf(page)} ${page.body}`;
  };
  assert.match(await attempt({}), /^302/);
  assert.match(await attempt({ nonce: 'another' }), /^403 SIGN_IN_REFUSED .*does not fit this sign-in/);
  assert.match(await attempt({ codeVerifier: 'w'.repeat(43) }), /^403 SIGN_IN_REFUSED .*does not take this code/);
});

test('a sign-in expires, and nobody makes one up', async (t) => {
  const setup = await start(t);
  const { api, publicUrl, provider } = setup;
  const pending = { state: 's', nonce: 'n', codeVerifier: 'v'.repeat(43), returnTo: '/' };
  const attempt = async (sealed: string) => {
    const browser = createBrowser();
    browser.setCookie(publicUrl, pendingCookieName(pending.state), sealed);
    return outcomeOf(await browser.get(`${publicUrl}/enzi/v0/oidc/callback?code=c&state=s`));
  };
  assert.equal(
    await attempt(sealPending(api.secretKey, { ...pending, expiresAtMs: Date.now() - 1 })),
    '400 SIGN_IN_EXPIRED',
  );
  const own = sealPending(new Uint8Array(32), { ...pending, expiresAtMs: Date.now() + 60_000 });
  for (const sealed of [own, 'x', '', Buffer.from(JSON.stringify(pending)).toString('base64url')]) {
    assert.equal(await attempt(sealed), '400 SIGN_IN_EXPIRED');
  }
  assert.deepEqual(provider.requests, [], 'the provider is not troubled');
  const valid = sealPending(api.secretKey, { ...pending, expiresAtMs: Date.now() + 60_000 });
  assert.equal(await attempt(valid), '403 SIGN_IN_REFUSED', 'a code that the provider does not know');
});

test('a sign-in leads back to this server alone', async (t) => {
  const { publicUrl } = await start(t);
  const hostile = [
    'https://elsewhere.example/',
    '//elsewhere.example',
    '/\\elsewhere.example',
    '/a\\b',
    '\\\\elsewhere.example',
    '/\t/elsewhere.example',
    '/\r\nset-cookie: a=b',
    'javascript:alert(1)',
    'repositories',
    '@elsewhere.example',
    '.elsewhere.example',
    ' /',
    '',
    `/${'a'.repeat(1_024)}`,
  ];
  for (const returnTo of hostile) {
    const url = new URL(`${publicUrl}/enzi/v0/oidc/login`);
    url.searchParams.set('returnTo', returnTo);
    const page = await createBrowser().get(url);
    assert.equal(outcomeOf(page), '400 INVALID_PARAMETERS', returnTo);
    assert.deepEqual(page.setCookies, []);
  }
});

test('a provider that is away, or is none, is said to be so', { timeout: 120_000 }, async (t) => {
  const setup = await start(t);
  const { provider, publicUrl, api } = setup;
  provider.people.set('subject-1', { preferred_username: 'grace' });
  const browser = createBrowser();
  const callback = await untilCallback(setup, browser, 'subject-1');
  await provider.stop();
  const late = await browser.get(callback);
  assert.equal(outcomeOf(late), '503 IDENTITY_PROVIDER_UNAVAILABLE', late.body);
  // What is known of it is kept for a while.
  assert.equal((await createBrowser().get(`${publicUrl}/enzi/v0/oidc/login`)).status, 302);
  assert.equal((await api.send('GET', '/api/v0/repositories', { as: 'ada' })).status, 200);
});

test('the program starts without the provider, and finds it later', { timeout: 120_000 }, async (t) => {
  let answer: 'error' | 'html' | 'endless' | 'metadata' = 'error';
  const server = createServer((_req, res) => {
    const { port } = server.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${port}`;
    const metadata = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
    if (answer === 'error') res.writeHead(500).end();
    else if (answer === 'html') res.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p>');
    else if (answer === 'metadata') {
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
    } else {
      res.writeHead(200, { 'content-type': 'application/json' });
      const send = (): void => {
        while (!res.destroyed && res.write(' '.repeat(65_536)));
      };
      res.on('drain', send);
      send();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const { publicUrl } = await start(t, { issuer: `http://127.0.0.1:${port}`, metadataRestMs: 0 });
  const login = async () => createBrowser().get(`${publicUrl}/enzi/v0/oidc/login`);
  for (answer of ['error', 'html', 'endless'] as const) {
    const page = await login();
    assert.equal(outcomeOf(page), '503 IDENTITY_PROVIDER_UNAVAILABLE', answer);
    assert.doesNotMatch(page.body, /secret|stack/);
  }
  answer = 'metadata';
  const page = await login();
  const asked = Object.fromEntries(page.location?.searchParams ?? []);
  assert.deepEqual(
    [asked['response_type'], asked['scope'], asked['code_challenge_method'], asked['redirect_uri']],
    ['code', scopes, 'S256', `${publicUrl}/enzi/v0/oidc/callback`],
  );
  for (const name of ['state', 'nonce', 'code_challenge']) assert.match(asked[name] ?? '', /^[\w-]{43}$/, name);
});
