import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { quickPasswordHash } from '../../support/password-hash.ts';
import { basic, password, startApi, type ApiResponse, type TestApi } from '../../api/test-api.ts';

type Answer = Readonly<Record<'access_token' | 'refresh_token' | 'scope' | 'token_type', string>>;

function post(api: TestApi, form: Readonly<Record<string, string>> | string): Promise<ApiResponse> {
  const rawBody = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'docker/28' };
  return api.send('POST', '/auth/token', { as: null, rawBody, headers });
}

const service = 'jobrunner';
const byPassword = { grant_type: 'password', service, client_id: 'docker', username: 'ada', password } as const;

async function signIn(api: TestApi, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const response = await post(api, { ...byPassword, access_type: 'offline', ...more });
  assert.equal(response.status, 200, response.text);
  return response.json as Answer;
}

function refresh(
  api: TestApi,
  refreshToken: string,
  more: Readonly<Record<string, string>> = {},
): Promise<ApiResponse> {
  return post(api, { grant_type: 'refresh_token', service, refresh_token: refreshToken, ...more });
}

test('a password gives a token with the granted scopes, and a refresh token where one is asked for', async (t) => {
  const api = await startApi(t);
  const response = await post(api, { ...byPassword, scope: 'repository:ada/app:pull,push repository:acme/x:pull' });
  assert.equal(response.status, 200, response.text);
  assert.equal(response.headers['cache-control'], 'no-store');
  const answer = response.json as Answer;
  assert.equal(answer.scope, 'repository:ada/app:pull,push');
  assert.equal(answer.token_type, 'Bearer');
  assert.equal(answer.refresh_token, undefined);
  const claims = decodeJwt(answer.access_token);
  assert.deepEqual([claims.aud, claims.sub], ['jobrunner', 'ada']);
  assert.deepEqual(claims['access'], [{ type: 'repository', name: 'ada/app', actions: ['pull', 'push'] }]);

  const { refresh_token: refreshToken } = await signIn(api);
  const refreshed = await refresh(api, refreshToken, { scope: 'repository:ada/other:pull' });
  assert.equal(refreshed.status, 200, refreshed.text);
  assert.equal((refreshed.json as Answer).scope, 'repository:ada/other:pull');
  assert.equal(decodeJwt((refreshed.json as Answer).access_token).sub, 'ada');
});

test('a refresh token is stored as a hash, shown among the tokens of its account, and ended there', async (t) => {
  const api = await startApi(t);
  const { refresh_token: refreshToken } = await signIn(api);
  const { rows } = await api.pool.query('SELECT * FROM accounts.client_tokens');
  assert.ok(!JSON.stringify(rows).includes(refreshToken));
  const list = await api.send('GET', '/api/v0/api_tokens', { as: 'ada' });
  const [shown] = list.json as Readonly<Record<string, string>>[];
  assert.deepEqual(
    [shown?.['generatedBy'], shown?.['tokenLabel'], shown?.['creatorUa']],
    ['auto', 'docker', 'docker/28'],
  );
  assert.equal((await api.send('DELETE', `/api/v0/api_tokens/${shown?.['hashedToken']}`, { as: 'ada' })).status, 200);
  assert.equal((await refresh(api, refreshToken)).status, 401);
});

test('a refresh token is good for its service alone, and no password', async (t) => {
  const api = await startApi(t);
  const { refresh_token: refreshToken } = await signIn(api);
  assert.equal((await refresh(api, refreshToken, { service: 'notary' })).outcome, '401 UNAUTHORIZED');
  const headers = basic('ada', refreshToken);
  assert.equal((await api.send('GET', '/auth/token', { as: null, headers })).status, 401);
  assert.equal((await refresh(api, `jrrt_${'a'.repeat(43)}`)).status, 401);
});

test('a refresh token ends with the password, the account, its access token, and with time', async (t) => {
  const api = await startApi(t);
  const change = (sql: string, ...values: unknown[]) => api.pool.query(sql, values);
  const first = await signIn(api);
  await change(`UPDATE accounts.accounts SET full_name = 'Ada' WHERE name = 'ada'`);
  assert.equal((await refresh(api, first.refresh_token)).status, 200);
  const newHash = quickPasswordHash('another password');
  await change(`UPDATE accounts.accounts SET password_hash = $1 WHERE name = 'ada'`, newHash);
  assert.equal((await refresh(api, first.refresh_token)).status, 401, 'password changed');

  const second = await signIn(api, { password: 'another password' });
  await change(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  await change(`UPDATE accounts.accounts SET is_active = true WHERE name = 'ada'`);
  assert.equal((await refresh(api, second.refresh_token)).status, 401, 'made inactive');

  const headers = basic('ada', 'another password');
  const made = await api.send('POST', '/api/v0/api_tokens', { as: null, headers, body: {} });
  const { token, hashedToken } = made.json as Readonly<Record<string, string>>;
  const third = await signIn(api, { password: token ?? '' });
  const patch = (isActive: boolean) =>
    api.send('PATCH', `/api/v0/api_tokens/${hashedToken}`, { as: null, headers, body: { isActive } });
  await patch(false);
  assert.equal((await refresh(api, third.refresh_token)).status, 401, 'access token inactive');
  await patch(true);
  assert.equal((await refresh(api, third.refresh_token)).status, 200);
  await api.send('DELETE', `/api/v0/api_tokens/${hashedToken}`, { as: null, headers });
  assert.equal((await refresh(api, third.refresh_token)).status, 401, 'access token deleted');

  const fourth = await signIn(api, { password: 'another password' });
  await change(`UPDATE accounts.client_tokens SET created_at = now() - interval '91 days', last_used_at = NULL`);
  assert.equal((await refresh(api, fourth.refresh_token)).status, 401, 'not used for long');
});

test('an account keeps 100 refresh tokens, those that were used last', async (t) => {
  const api = await startApi(t);
  const first = await signIn(api);
  const second = await signIn(api);
  await api.pool.query(
    `INSERT INTO accounts.client_tokens (token_hash, account_id, generated_by, service, label, creator_ua)
     SELECT 'hash ' || n, account_id, 'auto', 'jobrunner', '', '' FROM accounts.client_tokens, generate_series(1, 98) n
     WHERE token_hash = (SELECT min(token_hash) FROM accounts.client_tokens)`,
  );
  const last = await signIn(api);
  const { rows } = await api.pool.query<{ count: number }>('SELECT count(*) AS count FROM accounts.client_tokens');
  assert.equal(rows[0]?.count, 100);
  assert.deepEqual(
    await Promise.all([first, second, last].map(async (each) => (await refresh(api, each.refresh_token)).status)),
    [401, 200, 200],
  );
});

test('GET gives a refresh token to whoever signs in and asks for one, and to nobody else', async (t) => {
  const api = await startApi(t);
  const ask = async (as: 'ada' | null, query: string) =>
    (await api.send('GET', `/auth/token?service=jobrunner${query}`, { as })).json as Answer;
  const { refresh_token: refreshToken } = await ask('ada', '&offline_token=true&client_id=docker');
  assert.equal((await refresh(api, refreshToken)).status, 200);
  assert.equal((await ask('ada', '')).refresh_token, undefined);
  assert.equal((await ask(null, '&offline_token=true')).refresh_token, undefined);
});

test('errors are read by clients of OAuth 2.0 and of Docker', async (t) => {
  const api = await startApi(t);
  const cases = {
    'a wrong password': [{ ...byPassword, password: 'wrong' }, 401, 'invalid_grant', 'UNAUTHORIZED'],
    'an unknown grant': [{ grant_type: 'implicit' }, 400, 'unsupported_grant_type', 'UNSUPPORTED'],
    'no grant': [{ service }, 400, 'unsupported_grant_type', 'UNSUPPORTED'],
    'no password': [{ grant_type: 'password', username: 'ada' }, 400, 'invalid_request', 'UNSUPPORTED'],
    'an unknown service': [{ ...byPassword, service: 'elsewhere' }, 400, 'invalid_request', 'UNSUPPORTED'],
    'too long a field': [{ ...byPassword, client_id: 'x'.repeat(300) }, 400, 'invalid_request', 'UNSUPPORTED'],
    'a field of any object': ['__proto__=x&grant_type=password', 400, 'invalid_request', 'UNSUPPORTED'],
    'too large a form': [`scope=${'x'.repeat(70_000)}`, 413, 'invalid_request', 'UNSUPPORTED'],
  } as const;
  for (const [what, [form, status, error, code]] of Object.entries(cases)) {
    const response = await post(api, form);
    const body = response.json as { error: string; error_description: string; errors: object[] };
    assert.deepEqual([response.outcome, body.error], [`${status} ${code}`, error], what);
    assert.equal(body.error_description, response.message, what);
  }
  const asJson = await api.send('POST', '/auth/token', { as: null, body: byPassword });
  assert.equal(asJson.outcome, '415 UNSUPPORTED');
});

test('forms are read by the token service alone', async (t) => {
  const api = await startApi(t);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await api.send('POST', '/api/v0/api_tokens', { rawBody: 'tokenLabel=x', headers });
  assert.equal(response.outcome, '415 UNSUPPORTED_MEDIA_TYPE');
});

test('the service is the audience', async (t) => {
  const api = await startApi(t);
  const ask = async (name: string): Promise<string> => {
    const scope = 'repository:registry.example:8080/ada/app:pull,push';
    const response = await api.send('GET', `/auth/token?service=${name}&scope=${scope}`, { as: 'ada' });
    assert.equal(response.status, 200, response.text);
    return (response.json as Answer).access_token;
  };
  const forNotary = await ask('notary');
  assert.equal(decodeJwt(forNotary).aud, 'notary');
  assert.deepEqual(
    decodeJwt(forNotary)['access'],
    [{ type: 'repository', name: 'registry.example:8080/ada/app', actions: ['pull', 'push'] }],
    'Docker Content Trust names collections with the host',
  );
  for (const name of ['jobrunner', 'dtr', 'registry.example:8080']) {
    const token = await ask(name);
    assert.equal(decodeJwt(token).aud, 'jobrunner', name);
    assert.deepEqual(decodeJwt(token)['access'], [], 'the registry knows no hosts');
  }
  const unknown = await api.send('GET', '/auth/token?service=elsewhere');
  assert.equal(unknown.outcome, '400 UNSUPPORTED');
});

test('a token is not exchanged for another one', async (t) => {
  const api = await startApi(t);
  const { access_token: token } = await signIn(api, { scope: 'repository:ada/app:pull' });
  const headers = { authorization: `Bearer ${token}` };
  const wider = await api.send('GET', '/auth/token?scope=repository:ada/app:push', { as: null, headers });
  assert.equal(wider.outcome, '401 UNAUTHORIZED');
});
