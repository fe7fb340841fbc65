import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { deactivateMissing, importAccount } from '../../accounts/imported-accounts.ts';
import { withTransaction } from '../../database/transaction.ts';
import { createOrganization } from './organization.ts';
import { basic, startApi, type ApiResponse, type TestApi } from '../api/test-api.ts';

const path = '/enzi/v0/accounts';
const secret = 'another good password';

interface AccountView {
  readonly id: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

async function create(api: TestApi, body: object): Promise<AccountView> {
  const response = await api.send('POST', path, { body });
  assert.equal(response.status, 201, response.text);
  return response.json as AccountView;
}

function namesOf(response: ApiResponse): string[] {
  assert.equal(response.status, 200, response.text);
  return (response.json as { accounts: AccountView[] }).accounts.map(({ name }) => name);
}

test('a user is made, found by name and by id, and signs in', async (t) => {
  const api = await startApi(t);
  const account = await create(api, { name: 'bob', password: secret, fullName: 'Bob' });
  const { id, ...rest } = account;
  assert.deepEqual(rest, {
    name: 'bob',
    fullName: 'Bob',
    isOrg: false,
    isAdmin: false,
    isActive: true,
    isImported: false,
    onDemand: false,
    otpEnabled: false,
    membersCount: 0,
    teamsCount: 0,
  });
  const headers = basic('bob', secret);
  for (const key of ['bob', id]) {
    assert.deepEqual((await api.send('GET', `${path}/${key}`)).json, account);
    assert.deepEqual((await api.send('GET', `${path}/${key}`, { as: null, headers })).json, account, 'to itself');
    const known = { id, name: 'bob', fullName: 'Bob', isOrg: false };
    assert.deepEqual((await api.send('GET', `${path}/${key}`, { as: 'ada' })).json, known, 'to others');
  }
  assert.equal((await api.send('GET', '/api/v0/repositories', { as: null, headers })).status, 200);
  assert.equal(
    (await api.send('POST', path, { body: { name: 'bob', password: secret } })).outcome,
    '409 ACCOUNT_EXISTS',
  );
});

test('what is wrong with an account is refused by name', async (t) => {
  const api = await startApi(t);
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{ password: secret }, '400 INVALID_JSON', /name/],
    [{ name: 'Bob', password: secret }, '400 INVALID_ACCOUNT_NAME', /"Bob"/],
    [{ name: 'a/b', password: secret }, '400 INVALID_ACCOUNT_NAME', /lower-case/],
    [{ name: '..', password: secret }, '400 INVALID_ACCOUNT_NAME', /lower-case/],
    [{ name: 'a\u0000', password: secret }, '400 INVALID_ACCOUNT_NAME', /./],
    [{ name: '0ab4cdef-0000-4000-8000-000000000000', password: secret }, '400 INVALID_ACCOUNT_NAME', /id/],
    [{ name: 'bob' }, '400 INVALID_PARAMETERS', /8 characters/],
    [{ name: 'bob', password: 'short' }, '400 INVALID_PARAMETERS', /8 characters/],
    [{ name: 'org', isOrg: true, isAdmin: true }, '400 INVALID_PARAMETERS', /organization/],
    [{ name: 'org', isOrg: true, password: secret }, '400 INVALID_PARAMETERS', /organization/],
    [{ name: 'bob', searchLDAP: true }, '400 INVALID_PARAMETERS', /LDAP/],
    [{ name: 'bob', password: secret, role: 'king' }, '400 INVALID_JSON', /"role" is not known in body/],
  ];
  for (const [body, outcome, message] of cases) {
    const response = await api.send('POST', path, { body });
    assert.equal(response.outcome, outcome, `${JSON.stringify(body)}: ${response.text}`);
    assert.match(response.message, message);
  }
  assert.equal((await api.send('GET', `${path}/nobody`)).outcome, '404 NO_SUCH_ACCOUNT');
  assert.equal((await api.send('GET', `${path}/%00`)).outcome, '400 INVALID_PARAMETERS');
});

test('accounts are listed by filter, a page at a time, with counts', async (t) => {
  const api = await startApi(t);
  const cases = {
    all: ['acme', 'ada', 'admin', 'gone'],
    users: ['ada', 'admin', 'gone'],
    orgs: ['acme'],
    admins: ['admin', 'gone'],
    'non-admins': ['ada'],
    'active-users': ['ada', 'admin'],
    'inactive-users': ['gone'],
  };
  for (const [filter, names] of Object.entries(cases)) {
    const response = await api.send('GET', `${path}?filter=${filter}`);
    assert.deepEqual(namesOf(response), names, filter);
    const { accounts: _accounts, ...counts } = response.json as { accounts: unknown };
    assert.deepEqual(counts, { usersCount: 3, orgsCount: 1, resourceCount: names.length, nextPageStart: '' }, filter);
  }
  const seen: string[] = [];
  for (let start: string | undefined = ''; start !== undefined;) {
    const page: ApiResponse = await api.send('GET', `${path}?limit=3&start=${start}`);
    seen.push(...namesOf(page));
    start = page.headers['x-next-page-start'] as string | undefined;
    assert.equal((page.json as { nextPageStart: string }).nextPageStart, start ?? '');
  }
  assert.deepEqual(seen, cases.all);
  for (const query of ['limit=0', 'limit=1001', 'filter=robots', 'page=2']) {
    assert.equal((await api.send('GET', `${path}?${query}`)).outcome, '400 INVALID_PARAMETERS', query);
  }
});

test('users change their own name, and administrators what others may do', async (t) => {
  const api = await startApi(t);
  const own = await api.send('PATCH', `${path}/ada`, { as: 'ada', body: { fullName: 'Ada L.' } });
  assert.equal((own.json as AccountView)['fullName'], 'Ada L.');
  for (const body of [{ isAdmin: true }, { isActive: false }]) {
    assert.equal((await api.send('PATCH', `${path}/ada`, { as: 'ada', body })).outcome, '403 NOT_AUTHORIZED');
  }
  assert.equal(
    (await api.send('PATCH', `${path}/admin`, { as: 'ada', body: { fullName: 'x' } })).outcome,
    '403 NOT_AUTHORIZED',
  );
  const promoted = await api.send('PATCH', `${path}/ada`, { body: { isAdmin: true } });
  assert.deepEqual((promoted.json as AccountView)['isAdmin'], true);
  assert.equal((await api.send('GET', '/api/v0/jobs', { as: 'ada' })).status, 200, 'at once');
  await api.send('PATCH', `${path}/ada`, { body: { isActive: false } });
  assert.equal((await api.send('GET', '/api/v0/jobs', { as: 'ada' })).status, 401, 'at once');
  assert.equal(
    (await api.send('PATCH', `${path}/acme`, { body: { isAdmin: true } })).outcome,
    '400 INVALID_PARAMETERS',
  );
});

test('there is always an active system administrator left', async (t) => {
  const api = await startApi(t);
  const ways = [
    ['PATCH', { isAdmin: false }],
    ['PATCH', { isActive: false }],
    ['DELETE', undefined],
  ] as const;
  for (const [method, body] of ways) {
    assert.equal((await api.send(method, `${path}/admin`, { body })).outcome, '409 LAST_ADMIN', method);
  }
  await create(api, { name: 'second', password: secret, isAdmin: true });
  const results = await Promise.all(
    ['admin', 'second'].map((name) => api.send('PATCH', `${path}/${name}`, { body: { isAdmin: false } })),
  );
  const left = await api.pool.query('SELECT FROM accounts.accounts WHERE is_admin AND is_active');
  assert.equal(left.rowCount, 1, results.map(({ outcome }) => outcome).join());
});

test('who is made inactive by an administrator stays so when the directory has the person again', async (t) => {
  const api = await startApi(t);
  const { pool } = api;
  const lost: string[] = [];
  for (const name of ['bob', 'eve']) {
    const member = {
      subject: name,
      distinguishedName: `uid=${name}`,
      name,
      fullName: name,
      groups: [],
      isAdmin: undefined,
    };
    const sync = () => withTransaction(pool, (tx) => importAccount(tx, member, { creates: true }));
    assert.equal((await sync()).outcome, 'created');
    const { rows } = await pool.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
    assert.ok(await withTransaction(pool, (tx) => deactivateMissing(tx, name, rows[0]?.now ?? '')));
    // Of bob an administrator says what the directory has done by then.
    const body = name === 'bob' ? { isActive: false } : { fullName: 'Eve' };
    assert.equal((await api.send('PATCH', `${path}/${name}`, { body })).outcome, '200');
    lost.push((await sync()).outcome);
    const { json } = await api.send('GET', `${path}/${name}`);
    assert.equal((json as AccountView)['isActive'], name === 'eve', name);
  }
  assert.deepEqual(lost, ['inactive', 'reactivated']);
});

test('of two changes of a right at once, the later one holds, and its event tells what it has changed', async (t) => {
  const api = await startApi(t);
  const other = await api.pool.connect();
  await other.query(`BEGIN; UPDATE accounts.accounts SET is_admin = true WHERE name = 'ada'`);
  const later = api.send('PATCH', `${path}/ada`, { body: { isAdmin: false } });
  // By then it has read that ada is none.
  const waits = await waitsForLock(api);
  await other.query('COMMIT');
  other.release();
  const { outcome, json } = await later;
  assert.ok(waits);
  assert.deepEqual([outcome, (json as AccountView)['isAdmin']], ['200', false]);
  const { rows } = await api.pool.query<{ details: unknown }>(
    `SELECT contents AS details FROM registry.events WHERE kind = 'ACCOUNT_UPDATE'`,
  );
  assert.deepEqual(rows, [{ details: { from: { isAdmin: true }, to: { isAdmin: false } } }]);
});

async function waitsForLock({ pool }: TestApi): Promise<boolean> {
  for (const end = Date.now() + 10_000; Date.now() < end; await delay(20)) {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount) return true;
  }
  return false;
}

test('the own password is changed with the old one, that of others by administrators', async (t) => {
  const api = await startApi(t);
  const change = (as: 'ada' | 'admin', name: string, body: object) =>
    api.send('POST', `${path}/${name}/changePassword`, { as, body });
  assert.equal((await change('ada', 'ada', { newPassword: secret })).outcome, '403 NOT_AUTHORIZED');
  assert.equal((await change('ada', 'ada', { oldPassword: 'no', newPassword: secret })).outcome, '403 NOT_AUTHORIZED');
  assert.equal((await change('ada', 'admin', { newPassword: secret })).outcome, '403 NOT_AUTHORIZED');
  assert.equal((await change('admin', 'admin', { newPassword: secret })).outcome, '403 NOT_AUTHORIZED');
  assert.equal((await change('admin', 'ada', { newPassword: 'short' })).outcome, '400 INVALID_JSON');
  assert.equal((await change('admin', 'acme', { newPassword: secret })).outcome, '400 INVALID_PARAMETERS');
  assert.equal((await change('admin', 'ada', { newPassword: secret })).status, 200);
  const signIn = async (text: string) =>
    (await api.send('GET', `${path}/ada`, { as: null, headers: basic('ada', text) })).status;
  assert.deepEqual([await signIn(secret), await signIn('correct horse battery')], [200, 401]);
});

test('an account goes with what is about it, but never from under its repositories', async (t) => {
  const api = await startApi(t);
  const { id } = await create(api, { name: 'org', isOrg: true });
  const endpoint = 'https://192.0.2.1/hook';
  await api.pool.query(`INSERT INTO registry.repositories (namespace, name) VALUES ('org', 'app')`);
  for (const key of ['org', 'org/app', 'acme']) {
    await api.send('POST', '/api/v0/webhooks', { body: { type: 'TAG_PUSH', key, endpoint } });
  }
  const refused = await api.send('DELETE', `${path}/org`);
  assert.equal(refused.outcome, '409 ACCOUNT_HAS_REPOSITORIES');
  assert.match(refused.message, /GET \/api\/v0\/repositories\/org/);
  await api.pool.query(`DELETE FROM registry.repositories WHERE namespace = 'org'`);
  assert.equal((await api.send('DELETE', `${path}/${id}`)).status, 204);
  assert.equal((await api.send('DELETE', `${path}/org`)).outcome, '404 NO_SUCH_ACCOUNT');
  const { rows } = await api.pool.query<{ key: string }>('SELECT key FROM registry.webhooks');
  assert.deepEqual(rows, [{ key: 'acme' }], 'whoever gets the name next is not watched');
});

/** Every object in JSON, however deep. */
function* objectsOf(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const each of Object.values(value)) yield* objectsOf(each);
}

test('who is an administrator, inactive or imported is told nobody but administrators, by no route', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  const told = ['isAdmin', 'isActive', 'isImported'];
  const routes = api.routes.filter(({ method, url }) => method === 'GET' && url.startsWith('/enzi/v0/accounts'));
  for (const { url } of routes) {
    for (const username of ['admin', 'idle', 'olga', 'acme']) {
      const at = url.replace(':organization', 'acme').replace(':team', 'readers');
      for (const who of ['rita', 'olga']) {
        const { json } = await send(who, 'GET', at.replace(':username', username).replace(':member', username));
        for (const { name, ...fields } of objectsOf(json)) {
          const isOther = fields['isOrg'] === false && name !== who;
          assert.ok(!isOther || told.every((field) => !(field in fields)), `${url}: ${who} sees ${String(name)}`);
        }
      }
    }
  }
  for (const filter of ['admins', 'non-admins', 'active-users', 'inactive-users']) {
    assert.equal((await send('rita', 'GET', `${path}?filter=${filter}`)).outcome, '403 NOT_AUTHORIZED', filter);
    assert.equal((await send('admin', 'GET', `${path}?filter=${filter}`)).status, 200);
  }
});
