import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { createRobot } from './robot.ts';
import { temporaryFolder, tool } from './tool.ts';

/** Two processes that serve HTTP, with the account `admin` and an access token of it. */
async function start(cleanUp: CleanUp) {
  const { url, pool } = await createTestDatabase(cleanUp);
  const running = await startRole(cleanUp, 'api,garant,registry', {
    HTTP_PROCESSES: '2',
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: url,
    JOBRUNNER_DATA_DIR: await temporaryDataDir(cleanUp),
  });
  const { baseUrl, password } = running;
  const response = await fetch(`${baseUrl}/api/v0/api_tokens`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: '{}',
  });
  assert.equal(response.status, 200);
  const { token, hashedToken } = (await response.json()) as { token: string; hashedToken: string };
  return { ...running, pool, token, hashedToken, port: Number(new URL(baseUrl).port) };
}

/** The statuses of requests on connections of their own, which go to one process after the other. */
function statuses(port: number, authorization: string): Promise<number[]> {
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port, path: '/v2/', headers: { authorization }, agent: false }, (res) => {
          res.resume().on('end', () => resolve(res.statusCode ?? 0));
        })
        .on('error', reject);
    });
  return Promise.all([ask(), ask(), ask(), ask()]);
}

test('every process refuses the tokens of an account that was made inactive', { timeout: 180_000 }, async (t) => {
  const { client, pool, port } = await start(createCleanUp(t));
  const authorization = `Bearer ${await client.token('repository:admin/app:pull')}`;
  assert.deepEqual(await statuses(port, authorization), [200, 200, 200, 200]);
  await pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'admin'`);
  // Sooner than they would find out by themselves.
  await eventually(
    'both processes to refuse',
    async () => (await statuses(port, authorization)).every((status) => status === 401),
    { timeoutMs: 20_000 },
  );
});

test('every process refuses the tokens of a robot that was disabled or deleted', { timeout: 180_000 }, async (t) => {
  const { baseUrl, client, port } = await start(createCleanUp(t));
  const refused = async (authorization: string) => (await statuses(port, authorization)).every((each) => each === 401);
  for (const [name, end] of [
    ['disabled', (id: string) => client.api('PATCH', `/robots/${id}`, { isActive: false })],
    ['deleted', (id: string) => client.api('DELETE', `/robots/${id}`)],
  ] as const) {
    const robot = await createRobot(client, name);
    const basic = Buffer.from(`${robot.name}:${robot.secret}`).toString('base64');
    const granted = await fetch(`${baseUrl}/auth/token`, { headers: { authorization: `Basic ${basic}` } });
    assert.equal(granted.status, 200);
    const authorization = `Bearer ${((await granted.json()) as { token: string }).token}`;
    assert.deepEqual(await statuses(port, authorization), [200, 200, 200, 200]);
    assert.ok((await end(robot.id)).status < 300);
    await eventually(`both processes to refuse one that was ${name}`, () => refused(authorization), {
      timeoutMs: 20_000,
    });
  }
});

test(
  'skopeo signs in and pushes with an access token, until it is deleted',
  { skip: missing('skopeo'), timeout: 180_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { baseUrl, client, pool, token, hashedToken } = await start(cleanUp);
    await client.pushImage('admin/app', '1', randomBytes(10_000));
    const host = new URL(baseUrl).host;
    const skopeo = tool('skopeo');
    const authFile = ['--authfile', join(await temporaryFolder(cleanUp), 'auth.json')];
    await skopeo('login', ...authFile, '--tls-verify=false', '-u', 'admin', '-p', token, host);
    const plain = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    const images = [`docker://${host}/admin/app:1`, `docker://${host}/admin/app:2`];
    const copy = ['copy', ...authFile, ...plain, ...images];
    await skopeo(...copy);
    assert.equal((await client.registry('HEAD', '/admin/app/manifests/2')).status, 200);
    await eventually('the time of its use', async () => {
      const { rows } = await pool.query<{ used: boolean }>(
        'SELECT last_used_at IS NOT NULL AS used FROM accounts.client_tokens WHERE token_hash = $1',
        [hashedToken],
      );
      return rows[0]?.used;
    });
    await pool.query('DELETE FROM accounts.client_tokens');
    await skopeo.fails(...copy);
  },
);
