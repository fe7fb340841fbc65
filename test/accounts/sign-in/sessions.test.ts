import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createSessions } from '../../../accounts/sign-in/sessions.ts';
import { deleteExpiredSessions } from '../../../accounts/sign-in/session-store.ts';
import { startSessionCleanup } from '../../../accounts/tokens/session-cleanup.ts';
import { createLogger } from '../../../log/create-logger.ts';
import { createEventReader } from '../../api/audit-events.ts';
import { basic, bearer, password, startApi, type ApiResponse, type TestApi } from '../../api/test-api.ts';

const sessionPath = '/enzi/v0/session';
const labels = '/api/v0/api_tokens';

const sessionDeps = {
  publicUrl: 'http://registry.example:8080',
  idleLimitMs: 3_600_000,
  limitMs: 86_400_000,
};

/** What a browser sends once somebody has signed in. */
interface SignedInBrowser {
  readonly cookie: string;
  readonly csrfToken: string;
  readonly id: string;
}

async function login(api: TestApi, username: string, headers: object = {}): Promise<SignedInBrowser> {
  const response = await api.send('POST', '/enzi/v0/login', {
    as: null,
    headers: { ...headers },
    body: { username, password },
  });
  assert.equal(response.status, 200, response.text);
  const { csrfToken, session } = response.json as { csrfToken: string; session: { id: string } };
  return { cookie: cookieOf(response), csrfToken, id: session.id };
}

function cookieOf({ headers }: ApiResponse): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

function ask(api: TestApi, { cookie }: SignedInBrowser, path = sessionPath): Promise<ApiResponse> {
  return api.send('GET', path, { as: null, headers: { cookie } });
}

/** Makes an access token: something that changes something. */
function change(api: TestApi, cookie: string, headers: object = {}): Promise<ApiResponse> {
  return api.send('POST', labels, { as: null, headers: { cookie, ...headers }, body: {} });
}

test('a browser signs in, is known by its cookie, and signs out', async (t) => {
  const api = await startApi(t);
  const response = await api.send('POST', '/enzi/v0/login', {
    as: null,
    headers: { 'user-agent': 'Browser/1' },
    body: { username: 'ada', password },
  });
  assert.equal(response.status, 200, response.text);
  assert.equal(response.headers['cache-control'], 'no-store');
  assert.match(
    String(response.headers['set-cookie']),
    /^jobrunner-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/,
  );
  const { account, session, csrfToken } = response.json as {
    account: { name: string };
    session: { id: string; address: string; userAgent: string; createdAt: string; expiresAt: string };
    csrfToken: string;
  };
  assert.deepEqual([account.name, session.address, session.userAgent], ['ada', '127.0.0.1', 'Browser/1']);
  assert.equal(Date.parse(session.expiresAt) - Date.parse(session.createdAt), 3_600_000);
  const browser = { cookie: cookieOf(response), csrfToken, id: session.id };
  assert.ok(!response.text.includes(browser.cookie.split('=')[1] ?? ''), 'no script reads the secret');
  assert.deepEqual((await ask(api, browser)).json, { account, session, csrfToken });
  assert.equal((await ask(api, browser, '/api/v0/repositories')).status, 200);

  const { rows } = await api.pool.query<{ hash: string }>('SELECT token_hash AS hash FROM accounts.sessions');
  assert.match(rows[0]?.hash ?? '', /^[0-9a-f]{64}$/, 'the secret itself is nowhere');

  const headers = { cookie: browser.cookie, 'x-csrf-token': csrfToken };
  const logout = await api.send('POST', '/enzi/v0/logout', { as: null, headers });
  assert.equal(logout.status, 204);
  assert.match(String(logout.headers['set-cookie']), /^jobrunner-session=; .*Max-Age=0$/);
  const after = await ask(api, browser);
  assert.equal(after.outcome, '401 NOT_AUTHENTICATED');
  assert.match(after.message, /the session has ended/);
});

test('over TLS the cookie is for this host and TLS alone', async (t) => {
  const api = await startApi(t, { publicUrl: 'https://registry.example' });
  const response = await api.send('POST', '/enzi/v0/login', { as: null, body: { username: 'ada', password } });
  assert.match(
    String(response.headers['set-cookie']),
    /^__Host-jobrunner-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=86400$/,
  );
  const cookie = cookieOf(response);
  assert.equal((await api.send('GET', sessionPath, { as: null, headers: { cookie } })).status, 200);
  const weak = cookie.replace('__Host-', '');
  assert.equal((await api.send('GET', sessionPath, { as: null, headers: { cookie: weak } })).status, 401);
});

test('sessions are written down, and which one took the place of which', async (t) => {
  const api = await startApi(t);
  const events = createEventReader(api.pool);
  const first = await login(api, 'ada');
  await login(api, 'ada', { cookie: first.cookie });
  const begun = {
    kind: 'SESSION_CREATE',
    by: 'user ada',
    object: 'ada',
    namespace: 'ada',
    details: { by: 'password' },
  };
  const ended = { ...begun, kind: 'SESSION_DELETE', details: {} };
  assert.deepEqual(await events(), [begun, ended, begun]);
  await api.send('POST', '/enzi/v0/logout', { as: 'ada' });
  assert.deepEqual(await events(), [], 'there was no session');
});

test('with disablePersistentCookies a cookie ends with the browser', async (t) => {
  const api = await startApi(t);
  const setCookie = async () => {
    const { headers } = await api.send('POST', '/enzi/v0/login', { as: null, body: { username: 'ada', password } });
    return String(headers['set-cookie']);
  };
  const set = (disablePersistentCookies: boolean) =>
    api.send('POST', '/api/v0/meta/settings', { body: { disablePersistentCookies } });
  assert.match(await setCookie(), /; Max-Age=86400$/);
  assert.equal((await set(true)).status, 202);
  assert.match(await setCookie(), /^jobrunner-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.equal((await set(false)).status, 202);
  assert.match(await setCookie(), /; Max-Age=86400$/);
});

test('a robot gets no session', async (t) => {
  const api = await startApi(t);
  const robot = { name: 'ci', namespace: 'acme', permissions: [{ repository: 'acme/app', actions: ['pull'] }] };
  const made = await api.send('POST', '/api/v0/robots', { body: robot });
  const { name, secret } = made.json as { name: string; secret: string };
  const body = { username: name, password: secret };
  const refused = await api.send('POST', '/enzi/v0/login', { as: null, body });
  assert.deepEqual([refused.outcome, refused.headers['set-cookie']], ['401 NOT_AUTHENTICATED', undefined]);
  assert.equal((await api.pool.query('SELECT FROM accounts.sessions')).rowCount, 0);
});

test('who cannot sign in gets no session', { timeout: 120_000 }, async (t) => {
  const api = await startApi(t);
  const attempt = (body: object, headers = {}) => api.send('POST', '/enzi/v0/login', { as: null, headers, body });
  const wrong = await attempt({ username: 'ada', password: 'wrong' });
  assert.deepEqual([wrong.outcome, wrong.headers['set-cookie']], ['401 NOT_AUTHENTICATED', undefined]);
  assert.equal((await attempt({ username: 'nobody', password })).text, wrong.text);
  assert.equal((await attempt({ username: 'gone', password })).text, wrong.text);
  assert.equal((await attempt({ username: 'ada' })).outcome, '400 INVALID_JSON');
  const form = await api.send('POST', '/enzi/v0/login', {
    as: null,
    rawBody: `username=ada&password=${password}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(form.outcome, '415 UNSUPPORTED_MEDIA_TYPE', 'a form of any page could send that');
  const foreign = await attempt({ username: 'ada', password }, { origin: 'https://elsewhere.example' });
  assert.equal(foreign.outcome, '403 CROSS_SITE_REQUEST');
  const { token } = (await api.send('POST', labels, { as: 'ada', body: {} })).json as { token: string };
  const byToken = await attempt({ username: 'ada', password: token });
  assert.equal(byToken.outcome, '403 NOT_AUTHORIZED');
  assert.match(byToken.message, /access token/);
  const { rows } = await api.pool.query('SELECT FROM accounts.sessions');
  assert.equal(rows.length, 0);
});

test('wrong passwords are counted', { timeout: 120_000 }, async (t) => {
  const api = await startApi(t);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      api.send('POST', '/enzi/v0/login', { as: null, body: { username: 'ada', password: `wrong-${index}` } }),
    ),
  );
  const refused = outcomes.filter(({ outcome }) => outcome === '429 TOO_MANY_REQUESTS');
  assert.ok(refused.length >= 5, `${refused.length} of 20 were refused`);
  assert.ok(refused.every(({ headers }) => Number(headers['retry-after']) >= 1));
});

test('what changes something needs the token of the session, and no page of another site', async (t) => {
  const api = await startApi(t);
  const { cookie, csrfToken } = await login(api, 'ada');
  const other = await login(api, 'admin');
  const token = { 'x-csrf-token': csrfToken };
  const own = `http://127.0.0.1:${api.port}`;
  const cases: readonly (readonly [object, string])[] = [
    [{}, '403 INVALID_CSRF_TOKEN'],
    [{ 'x-csrf-token': '' }, '403 INVALID_CSRF_TOKEN'],
    [{ 'x-csrf-token': `${csrfToken}x` }, '403 INVALID_CSRF_TOKEN'],
    [{ 'x-csrf-token': other.csrfToken }, '403 INVALID_CSRF_TOKEN'],
    [{ 'x-csrf-token': cookie.split('=')[1] }, '403 INVALID_CSRF_TOKEN'],
    [{ ...token, 'sec-fetch-site': 'cross-site' }, '403 CROSS_SITE_REQUEST'],
    [{ ...token, origin: 'https://elsewhere.example' }, '403 CROSS_SITE_REQUEST'],
    [{ ...token, origin: 'null' }, '403 CROSS_SITE_REQUEST'],
    [{ ...token, origin: `http://127.0.0.1:${api.port + 1}` }, '403 CROSS_SITE_REQUEST'],
    [token, '200'],
    [{ ...token, origin: own, 'sec-fetch-site': 'same-origin' }, '200'],
    [{ ...token, origin: 'http://registry.example:8080' }, '200'],
  ];
  for (const [headers, outcome] of cases) {
    assert.equal((await change(api, cookie, headers)).outcome, outcome, JSON.stringify(headers));
  }
  const foreignLogout = await api.send('POST', '/enzi/v0/logout', { as: null, headers: { cookie } });
  assert.equal(foreignLogout.outcome, '403 INVALID_CSRF_TOKEN');
  // Reading changes nothing, and an Authorization header is something that no browser adds by itself.
  const read = await api.send('GET', sessionPath, { as: null, headers: { cookie, 'sec-fetch-site': 'cross-site' } });
  assert.equal(read.status, 200);
  for (const headers of [basic('ada'), await bearer(api, 'ada')]) {
    assert.equal((await change(api, cookie, headers)).outcome, '200');
  }
});

test('an Authorization header says who it is, whatever the cookie says', async (t) => {
  const api = await startApi(t);
  const admin = await login(api, 'admin');
  const headers = { cookie: admin.cookie, ...basic('ada') };
  const response = await api.send('GET', sessionPath, { as: null, headers });
  const { account, ...rest } = response.json as { account: { name: string } };
  assert.deepEqual([account.name, rest], ['ada', { session: null, csrfToken: null }]);
  const wrong = await api.send('GET', sessionPath, {
    as: null,
    headers: { cookie: admin.cookie, authorization: '' },
  });
  assert.equal(wrong.status, 401);
  await api.send('POST', '/enzi/v0/logout', { as: null, headers });
  assert.equal((await ask(api, admin)).status, 200, 'nobody signs out somebody else');
  assert.equal((await api.send('GET', '/auth/token', { as: null, headers: { cookie: admin.cookie } })).status, 200);
});

test('a session ends with the password, and with the account', { timeout: 120_000 }, async (t) => {
  const api = await startApi(t);
  const ada = await login(api, 'ada');
  const renamed = await api.send('PATCH', '/enzi/v0/accounts/ada', { body: { fullName: 'Ada' } });
  assert.equal(renamed.status, 200);
  assert.equal((await ask(api, ada)).status, 200, 'a name ends nothing');
  const changed = await api.send('POST', '/enzi/v0/accounts/ada/changePassword', {
    as: null,
    headers: { cookie: ada.cookie, 'x-csrf-token': ada.csrfToken },
    body: { oldPassword: password, newPassword: 'another good password' },
  });
  assert.equal(changed.status, 200, changed.text);
  assert.equal((await ask(api, ada)).outcome, '401 NOT_AUTHENTICATED');

  const admin = await login(api, 'admin');
  await api.pool.query(`INSERT INTO accounts.accounts (name, is_admin) VALUES ('root', true)`);
  const setActive = (isActive: boolean) => {
    const update = 'UPDATE accounts.accounts SET is_active = $1 WHERE name = $2';
    return api.pool.query(update, [isActive, 'admin']);
  };
  await setActive(false);
  assert.equal((await ask(api, admin)).outcome, '401 NOT_AUTHENTICATED');
  await setActive(true);
  assert.equal((await ask(api, admin)).outcome, '401 NOT_AUTHENTICATED', 'for ever');

  const again = await login(api, 'admin');
  await api.pool.query(`DELETE FROM accounts.accounts WHERE name = 'admin'`);
  assert.equal((await ask(api, again)).outcome, '401 NOT_AUTHENTICATED');
});

test('sessions are listed and ended by their owner and by administrators', async (t) => {
  const api = await startApi(t);
  const first = await login(api, 'ada', { 'user-agent': 'First/1' });
  const second = await login(api, 'ada', { 'user-agent': 'Second/1' });
  const path = '/enzi/v0/accounts/ada/sessions';
  const list = async (browser: SignedInBrowser) =>
    ((await ask(api, browser, path)).json as { sessions: { id: string; userAgent: string; isCurrent: boolean }[] })
      .sessions;
  assert.deepEqual(
    (await list(second)).map(({ id, userAgent, isCurrent }) => [id, userAgent, isCurrent]),
    [
      [second.id, 'Second/1', true],
      [first.id, 'First/1', false],
    ],
  );
  const headers = { cookie: second.cookie, 'x-csrf-token': second.csrfToken };
  const end = (id: string) => api.send('DELETE', `${path}/${id}`, { as: null, headers });
  assert.equal((await end(first.id)).status, 204);
  assert.equal((await end(first.id)).outcome, '404 NO_SUCH_SESSION');
  assert.equal((await end('none')).outcome, '404 NO_SUCH_SESSION');
  assert.equal((await ask(api, first)).status, 401);
  const admin = await login(api, 'admin');
  assert.equal((await end(admin.id)).outcome, '404 NO_SUCH_SESSION', 'that of somebody else');
  assert.equal((await ask(api, second, '/enzi/v0/accounts/admin/sessions')).status, 403);
  assert.equal((await list(admin))[0]?.isCurrent, false);
  assert.equal((await api.send('DELETE', `${path}/${second.id}`)).status, 204);
  assert.equal((await ask(api, second)).status, 401);
});

test('signing in again in one browser ends what was before, and an account has 100 sessions at the most', async (t) => {
  const api = await startApi(t);
  const first = await login(api, 'ada');
  const second = await login(api, 'ada', { cookie: first.cookie });
  assert.equal((await ask(api, first)).status, 401);
  await api.pool.query(
    `INSERT INTO accounts.sessions (token_hash, account_id, address, user_agent, created_at, expires_at)
     SELECT 'hash-' || i, id, '', '', now() + i * interval '1 s', now() + interval '1 day'
     FROM accounts.accounts, generate_series(1, 120) i WHERE name = 'ada'`,
  );
  const third = await login(api, 'ada');
  const { rows } = await api.pool.query<{ count: number }>('SELECT count(*) AS count FROM accounts.sessions');
  assert.equal(rows[0]?.count, 100);
  assert.equal((await ask(api, second)).status, 401, 'the oldest');
  assert.equal((await ask(api, third)).status, 200);
});

test('a session ends when it is not used, and after its time', async (t) => {
  const limits = { idleLimitMs: 60_000, limitMs: 600_000 };
  const api = await startApi(t, limits);
  const browser = await login(api, 'ada');
  /** As if it had begun and been used so long ago. */
  const age = (begunMs: number, usedMs: number) =>
    api.pool.query(
      `UPDATE accounts.sessions SET created_at = now() - $1 * interval '1 ms',
         last_used_at = now() - $2 * interval '1 ms',
         expires_at = least(now() + ($3 - $1) * interval '1 ms', now() + ($4 - $2) * interval '1 ms')`,
      [begunMs, usedMs, limits.limitMs, limits.idleLimitMs],
    );
  const leftMs = async () => {
    const { session } = (await ask(api, browser)).json as { session: { expiresAt: string } };
    const { rows } = await api.pool.query<{ now: Date }>('SELECT now()');
    return Date.parse(session.expiresAt) - (rows[0]?.now.getTime() ?? 0);
  };
  await age(100_000, 30_000);
  assert.ok((await leftMs()) > 40_000, 'use prolongs it');
  await age(570_000, 30_000);
  assert.ok((await leftMs()) <= 30_000, 'but not for ever');
  await age(100_000, 61_000);
  assert.equal((await ask(api, browser)).outcome, '401 NOT_AUTHENTICATED');
  await age(601_000, 1_000);
  assert.equal((await ask(api, browser)).outcome, '401 NOT_AUTHENTICATED');
});

test('expired sessions are deleted, page by page', { timeout: 60_000 }, async (t) => {
  const api = await startApi(t);
  const insert = (count: number, expires: string) =>
    api.pool.query(
      `INSERT INTO accounts.sessions (token_hash, account_id, address, user_agent, expires_at)
       SELECT gen_random_uuid(), id, '', '', now() + $2::interval
       FROM accounts.accounts, generate_series(1, $1) WHERE name = 'ada'`,
      [count, expires],
    );
  const count = async () => (await api.pool.query('SELECT FROM accounts.sessions')).rowCount;
  await insert(3, '1 hour');
  await insert(5, '-1 second');
  assert.deepEqual([await deleteExpiredSessions(api.pool, 2), await count()], [2, 6]);
  await insert(2_500, '-1 second');
  const cleanup = startSessionCleanup(api.pool, createLogger({ level: 'silent' }));
  while ((await count()) !== 3) await delay(50);
  await cleanup.close();
  assert.equal(await count(), 3);
});

test('a password that is changed while it is checked begins no session', async (t) => {
  const api = await startApi(t);
  const { rows } = await api.pool.query<{ id: string; name: string; passwordHash: string }>(
    `SELECT id, name, password_hash AS "passwordHash" FROM accounts.accounts WHERE name = 'ada'`,
  );
  const [account] = rows;
  assert.ok(account);
  const ada = { account, by: 'password', passwordHash: account.passwordHash } as const;
  const sessions = createSessions({ ...sessionDeps, pool: api.pool });
  const request = { method: 'POST', headers: {} } as Parameters<typeof sessions.begin>[1];
  const changing = await api.pool.connect();
  await changing.query('BEGIN');
  await changing.query(`UPDATE accounts.accounts SET password_hash = 'another' WHERE name = 'ada'`);
  const refusal = assert.rejects(sessions.begin(ada, request, ''), { code: 'NOT_AUTHENTICATED' });
  // It waits for the change, or comes after it: either way it must not pass.
  await changing.query('COMMIT');
  changing.release();
  await refusal;
  await sessions.begin({ ...ada, passwordHash: 'another' }, request, '');
  assert.equal((await api.pool.query('SELECT FROM accounts.sessions')).rowCount, 1);
});

test('every process knows a session, and a made up cookie opens nothing', async (t) => {
  const api = await startApi(t);
  const { cookie } = await login(api, 'ada');
  const another = createSessions({ ...sessionDeps, pool: api.pool });
  const request = { method: 'GET', headers: { cookie } } as Parameters<typeof another.find>[0];
  assert.equal((await another.find(request))?.account.name, 'ada');
  const madeUp = [
    `jobrunner-session=${'A'.repeat(43)}`,
    'jobrunner-session=%00',
    `jobrunner-session=${'x'.repeat(9_000)}`,
  ];
  for (const value of madeUp) {
    const response = await api.send('GET', sessionPath, { as: null, headers: { cookie: value } });
    assert.equal(response.outcome, '401 NOT_AUTHENTICATED', value.slice(0, 40));
  }
  const among = `theme=dark; ${cookie}; other=jobrunner-session=1`;
  assert.equal((await api.send('GET', sessionPath, { as: null, headers: { cookie: among } })).status, 200);
});

test('no browser asks for a password by itself where a page does', async (t) => {
  const api = await startApi(t);
  const challenge = async (headers: object) =>
    (await api.send('GET', sessionPath, { as: null, headers: { ...headers } })).headers['www-authenticate'];
  assert.equal(await challenge({}), 'Basic realm="Jobrunner"');
  assert.equal(await challenge({ 'sec-fetch-mode': 'cors' }), 'Session realm="Jobrunner"');
  assert.equal(await challenge({ 'x-requested-with': 'XMLHttpRequest' }), 'Session realm="Jobrunner"');
});
