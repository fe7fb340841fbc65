import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMsrShape } from '../msr-definitions.ts';
import { basic, startApi, type ApiRequest, type TestApi } from '../test-api.ts';

interface Token {
  readonly token: string;
  readonly hashedToken: string;
  readonly tokenLabel: string;
  readonly isActive: boolean;
  readonly lastUsed: string;
}

async function make(api: TestApi, request: ApiRequest = {}, query = ''): Promise<Token> {
  const response = await api.send('POST', `/api/v0/api_tokens${query}`, { body: {}, ...request });
  assert.equal(response.status, 200, response.text);
  assertMsrShape('responses.NewAPIToken', response.json);
  return response.json as Token;
}

test('an access token is shown once, stored as a hash, and used wherever a password is', async (t) => {
  const api = await startApi(t);
  const made = await make(api, { as: 'ada', body: { tokenLabel: 'CI' }, headers: { 'user-agent': 'curl/8' } });
  assert.deepEqual([made.tokenLabel, made.isActive, made.lastUsed], ['CI', true, '0001-01-01T00:00:00Z']);
  const { rows } = await api.pool.query('SELECT * FROM accounts.client_tokens');
  assert.ok(!JSON.stringify(rows).includes(made.token));

  const path = `/api/v0/api_tokens/${made.hashedToken}`;
  const headers = basic('ada', made.token);
  const shown = await api.send('GET', path, { as: null, headers });
  assert.equal(shown.status, 200, shown.text);
  assertMsrShape('responses.APIToken', shown.json);
  assert.ok(!shown.text.includes(made.token));
  const scope = 'repository:ada/app:push';
  const token = await api.send('GET', `/auth/token?service=jobrunner&scope=${scope}`, { as: null, headers });
  assert.equal((token.json as { scope: string }).scope, scope);

  await api.flushTokenUsage();
  const used = (await api.send('GET', path, { as: 'ada' })).json as Token;
  assert.ok(Math.abs(Date.parse(used.lastUsed) - Date.now()) < 60_000, used.lastUsed);
});

test('an access token is for its own account, and has the rights of the account at the time of use', async (t) => {
  const api = await startApi(t);
  const { token } = await make(api, { as: 'ada' });
  const ask = async (name: string) =>
    (await api.send('GET', '/api/v0/jobs', { as: null, headers: basic(name, token) })).status;
  assert.equal(await ask('admin'), 401);
  assert.equal(await ask('nobody'), 401);
  assert.equal(await ask('ada'), 403);
  await api.pool.query(`UPDATE accounts.accounts SET is_admin = true WHERE name = 'ada'`);
  assert.equal(await ask('ada'), 200);
  await api.pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  assert.equal(await ask('ada'), 401);
});

test('an access token that is not active, or deleted, signs nobody in', async (t) => {
  const api = await startApi(t);
  const { token, hashedToken } = await make(api, { as: 'ada' });
  const path = `/api/v0/api_tokens/${hashedToken}`;
  const ask = async () =>
    (await api.send('GET', '/api/v0/repositories', { as: null, headers: basic('ada', token) })).status;
  const patched = await api.send('PATCH', path, { as: 'ada', body: { isActive: false } });
  assertMsrShape('responses.APIToken', patched.json);
  assert.equal(await ask(), 401);
  const again = await api.send('PATCH', path, { as: 'ada', body: { isActive: true, tokenLabel: 'renamed' } });
  assert.equal((again.json as Token).tokenLabel, 'renamed');
  assert.equal(await ask(), 200);
  assert.equal((await api.send('DELETE', path, { as: 'ada' })).status, 200);
  assert.equal(await ask(), 401);
  assert.equal((await api.send('DELETE', path, { as: 'ada' })).outcome, '404 NO_SUCH_API_TOKEN');
});

test('everybody sees and changes their own tokens, administrators those of all', async (t) => {
  const api = await startApi(t);
  const own = await make(api, { as: 'ada' });
  const admins = await make(api);
  const made = await make(api, {}, '?username=ada');
  const list = async (as: 'admin' | 'ada', query = '') => {
    const response = await api.send('GET', `/api/v0/api_tokens${query}`, { as });
    assert.equal(response.status, 200, response.text);
    return (response.json as Token[]).map(({ hashedToken }) => hashedToken);
  };
  assert.deepEqual(await list('ada'), [own.hashedToken, made.hashedToken]);
  assert.deepEqual(await list('ada', '?username=ada'), [own.hashedToken, made.hashedToken]);
  assert.deepEqual(await list('admin', '?username=ada'), [own.hashedToken, made.hashedToken]);
  assert.deepEqual(await list('admin'), [own.hashedToken, admins.hashedToken, made.hashedToken]);
  const outcome = async (method: string, path: string, as: 'admin' | 'ada', body?: object) =>
    (await api.send(method, `/api/v0/api_tokens${path}`, { as, body })).outcome;
  const foreign = `/${admins.hashedToken}`;
  assert.equal(await outcome('GET', foreign, 'ada'), '404 NO_SUCH_API_TOKEN');
  assert.equal(await outcome('PATCH', foreign, 'ada', { isActive: false }), '404 NO_SUCH_API_TOKEN');
  assert.equal(await outcome('DELETE', foreign, 'ada'), '404 NO_SUCH_API_TOKEN');
  assert.equal(await outcome('GET', '?username=admin', 'ada'), '403 NOT_AUTHORIZED');
  assert.equal(await outcome('POST', '?username=admin', 'ada', {}), '403 NOT_AUTHORIZED');
  assert.equal(await outcome('DELETE', '?username=admin', 'ada'), '403 NOT_AUTHORIZED');
  assert.equal(await outcome('GET', '?username=none', 'admin'), '404 NO_SUCH_USER');
  assert.equal(await outcome('PATCH', `/${own.hashedToken}`, 'admin', { isActive: false }), '200');
});

test('lists come in pages', async (t) => {
  const api = await startApi(t);
  const made: string[] = [];
  for (let index = 0; index < 5; index++) made.push((await make(api, { as: 'ada' })).hashedToken);
  const found: string[] = [];
  let start = '';
  do {
    const response = await api.send('GET', `/api/v0/api_tokens?pageSize=2&count=true&pageStart=${start}`, {
      as: 'ada',
    });
    assert.equal(response.headers['x-resource-count'], '5');
    found.push(...(response.json as Token[]).map(({ hashedToken }) => hashedToken));
    start = String(response.headers['x-next-page-start'] ?? '');
  } while (start !== '');
  assert.deepEqual(found, made);
  const wrong = await api.send('GET', '/api/v0/api_tokens?pageStart=x', { as: 'ada' });
  assert.equal(wrong.outcome, '400 INVALID_PARAMETERS');
});

test('a clean-up deletes refresh tokens, or what is named, and what was used since is kept', async (t) => {
  const api = await startApi(t);
  const { hashedToken } = await make(api, { as: 'ada' });
  await api.send('GET', '/auth/token?offline_token=true', { as: 'ada' });
  await api.send('GET', '/auth/token?offline_token=true');
  const left = async () => {
    const { rows } = await api.pool.query<{ by: string }>(
      `SELECT a.name || ' ' || generated_by AS by FROM accounts.client_tokens t
       JOIN accounts.accounts a ON a.id = t.account_id ORDER BY by`,
    );
    return rows.map(({ by }) => by);
  };
  const clean = async (query: string) =>
    (await api.send('DELETE', `/api/v0/api_tokens${query}`, { as: 'ada' })).outcome;
  assert.equal(await clean('?usedbefore=yesterday'), '400 INVALID_PARAMETERS');
  assert.equal(await clean('?usedbefore=2020-01-01T00:00:00Z'), '200');
  assert.deepEqual(await left(), ['ada auto', 'ada user', 'admin auto']);
  assert.equal(await clean(''), '200');
  assert.deepEqual(await left(), ['ada user', 'admin auto'], 'one’s own alone');
  assert.equal(await clean('?generatedby=user&usedbefore=2100-01-01'), '200');
  assert.deepEqual(await left(), ['admin auto'], hashedToken);
});

test('an account has 1,000 access tokens at the most', async (t) => {
  const api = await startApi(t);
  await api.pool.query(
    `INSERT INTO accounts.client_tokens (token_hash, account_id, generated_by, label, creator_ua)
     SELECT 'hash ' || n, id, 'user', '', '' FROM accounts.accounts, generate_series(1, 1000) n WHERE name = 'ada'`,
  );
  const response = await api.send('POST', '/api/v0/api_tokens', { as: 'ada', body: {} });
  assert.equal(response.outcome, '409 LIMIT_REACHED');
});
