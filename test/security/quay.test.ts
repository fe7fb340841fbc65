import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { eventually } from '../e2e/eventually.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { attackOf } from './cve-table.ts';
import { password, startTarget, type Target } from './target.ts';

/** Every row of every table, as text. */
async function* dump({ pool }: Target): AsyncGenerator<{ readonly table: string; readonly row: string }> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
  );
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    for (const { row } of rows) yield { table: name, row };
  }
}

test(attackOf('CVE-2019-10205'), { timeout: 300_000 }, async (t) => {
  const target = await startTarget(createCleanUp(t), { LOG_LEVEL: 'debug' });
  const { send } = target;
  const secrets = new Map<string, string>();
  const made = async <T>(method: string, at: string, body: object): Promise<T> => {
    const answer = await send('admin', method, at, { body });
    assert.ok(answer.status < 300, answer.text);
    return answer.json as T;
  };
  const permissions = [{ repository: 'acme/app', actions: ['pull'] }];
  const robot = await made<{ name: string; secret: string }>('POST', '/api/v0/robots', {
    name: 'ci',
    namespace: 'acme',
    permissions,
  });
  secrets.set('the first secret of a robot', robot.secret);
  const robotPath = `/api/v0/robots/${encodeURIComponent(robot.name)}`;
  const rotated = await made<{ secret: string }>('POST', `${robotPath}/rotate`, {});
  secrets.set('the secret of a robot', rotated.secret);
  const accessToken = await made<{ token: string }>('POST', '/api/v0/api_tokens', { tokenLabel: 'CI' });
  secrets.set('an access token', accessToken.token);
  secrets.set('a password', password);
  const as = (name: string, secret: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
  });
  // Right and wrong, in every way in which they are sent.
  const query = 'service=jobrunner&offline_token=true&scope=repository:acme/app:pull';
  for (const headers of [
    as(robot.name, rotated.secret),
    as(robot.name, robot.secret),
    as('admin', accessToken.token),
    as('olga', password),
    as(password, 'x'),
  ]) {
    const answer = await send(undefined, 'GET', `/auth/token?${query}`, { headers });
    const { token, refresh_token: refresh } = answer.json as { token?: string; refresh_token?: string };
    if (token !== undefined) secrets.set(`a token of ${headers['authorization']}`, token.split('.')[2] ?? '');
    if (refresh !== undefined) secrets.set('a refresh token', refresh);
    await send(undefined, 'GET', '/v2/acme/app/tags/list', { headers });
    await send(undefined, 'GET', '/v2/acme/app/tags/list', { headers: { authorization: `Bearer ${token ?? ''}` } });
    await send(undefined, 'GET', '/api/v0/repositories', { headers });
  }
  assert.ok(secrets.has('a refresh token'));
  const session = await send(undefined, 'POST', '/enzi/v0/login', { body: { username: 'olga', password } });
  secrets.set('a session', /=([^;]+)/.exec(String(session.headers['set-cookie']?.[0]))?.[1] ?? '');
  secrets.set('a CSRF token', (session.json as { csrfToken: string }).csrfToken);
  // Broken requests are what servers like to log whole.
  for (const secret of secrets.values()) {
    const value = encodeURIComponent(secret);
    await send(undefined, 'POST', '/enzi/v0/login', { body: `{"username":"olga","password":"${secret}"` });
    await send(undefined, 'GET', '/auth/token?service=x', { headers: as('olga', secret) });
    await send(undefined, 'GET', '/v2/_catalog', { headers: { authorization: `Bearer ${secret}` } });
    await send(undefined, 'POST', '/auth/token', {
      body: `grant_type=password&service=jobrunner&username=olga&password=${value}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    await send(undefined, 'GET', '/enzi/v0/session', { headers: { cookie: `jobrunner-session=${value}` } });
  }

  // Sign-ins are written down a moment later.
  await eventually('the sign-ins to be written down', async () => {
    const { rows: found } = await target.pool.query(`SELECT FROM registry.events WHERE kind = 'SIGN_IN_FAILURE'`);
    return found.length > 0 ? true : undefined;
  });
  let rows = 0;
  for await (const { table, row } of dump(target)) {
    rows++;
    for (const [what, secret] of secrets) {
      assert.ok(secret.length > 10, what);
      assert.ok(!row.includes(secret), `${what} is in ${table}`);
      for (const encoding of ['base64', 'base64url', 'hex'] as const) {
        assert.ok(!row.includes(Buffer.from(secret).toString(encoding)), `${what} is in ${table}, as ${encoding}`);
      }
      // A fast digest of a password can be guessed from; of 256 random bits it cannot.
      const digest = createHash('sha256').update(secret).digest('hex');
      if (what === 'a password') assert.ok(!row.includes(digest), `SHA-256 of ${what} is in ${table}`);
    }
  }
  assert.ok(rows > 50, 'there is something in the database');
  const { stdout, stderr } = target.process.output;
  assert.match(stdout + stderr, /"msg"/);
  for (const [what, secret] of secrets) {
    assert.ok(!(stdout + stderr).includes(secret), `${what} is in the log`);
    const basicOf = Buffer.from(`olga:${secret}`).toString('base64');
    assert.ok(!(stdout + stderr).includes(basicOf), `${what} is in the log, as it was sent`);
  }
  for (const list of ['/api/v0/robots', robotPath, '/api/v0/api_tokens', '/api/v0/events', '/enzi/v0/accounts']) {
    const { text, status } = await send('admin', 'GET', list);
    assert.equal(status, 200, list);
    for (const [what, secret] of secrets) assert.ok(!text.includes(secret), `${what} is in ${list}`);
  }
});
