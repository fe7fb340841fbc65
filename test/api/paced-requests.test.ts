import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultRequestPace } from '../../api/http/request-pace.ts';
import { eventually } from '../e2e/eventually.ts';
import { basic, startApi, type TestApi } from './test-api.ts';

const { maxUnderWay } = defaultRequestPace;

/** Makes whoever reads crons wait until it is let go, or the test is over. */
async function holdCrons({ pool }: TestApi) {
  const client = await pool.connect();
  await client.query('BEGIN; LOCK TABLE jobs.crons IN ACCESS EXCLUSIVE MODE');
  let isHeld = true;
  const letGo = async (): Promise<void> => {
    if (!isHeld) return;
    isHeld = false;
    await client.query('ROLLBACK');
    client.release();
  };
  return { letGo, [Symbol.asyncDispose]: letGo };
}

/** How many statements wait for the lock. */
async function countHeld({ pool }: TestApi): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%jobs.crons%'`,
  );
  return rows[0]?.count ?? 0;
}

/** Sends a request whose client goes away, rudely, when the returned function is called. */
function sendAndLeave({ port }: TestApi, path: string): () => void {
  const request = http.get({ port, host: '127.0.0.1', path, agent: false, headers: basic('admin') });
  request.on('error', () => undefined);
  return () => void request.destroy();
}

test('every route for those who have signed in has a pace by account, but for one', async (t) => {
  const { routes } = await startApi(t, { pace: {} });
  const others = routes.filter(({ pace }) => pace !== undefined).map(({ url, pace }) => `${url} ${pace}`);
  assert.deepEqual([...new Set(others)].toSorted(), ['/temporal none', '/temporal/* none', '/v1/search network']);
});

test('one account has few requests under way at once; nobody else waits for it, and it gets all its answers', async (t) => {
  const api = await startApi(t, { pace: {} });
  await using held = await holdCrons(api);
  const answers = Array.from({ length: 50 }, () => api.send('GET', '/api/v0/crons'));
  await eventually('places are taken', async () => (await countHeld(api)) === maxUnderWay);
  assert.equal((await api.send('GET', '/enzi/v0/accounts/ada', { as: 'ada' })).status, 200);
  await delay(200);
  assert.equal(await countHeld(api), maxUnderWay);
  await held.letGo();
  for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
});

test('whose client goes away keeps its place while it is worked at, and leaves the line where it waits', async (t) => {
  const api = await startApi(t, { pace: {} });
  await using held = await holdCrons(api);
  for (let round = 0; round < 5; round++) {
    const leaving = Array.from({ length: 20 }, () => sendAndLeave(api, '/api/v0/crons'));
    await eventually('places are taken', async () => (await countHeld(api)) === maxUnderWay);
    await delay(100);
    for (const leave of leaving) leave();
  }
  assert.equal(await countHeld(api), maxUnderWay);
  const answer = api.send('GET', '/api/v0/crons');
  await held.letGo();
  assert.equal((await answer).status, 200);
});

test('places come back from whatever ends a request: refusals, wrong forms, unread bodies', async (t) => {
  const api = await startApi(t, { pace: { maxUnderWay: 1, maxWaitMs: 2_000 } });
  const requests: readonly [string, string, Parameters<TestApi['send']>[2], number][] = [
    ['GET', '/api/v0/crons', { as: 'ada' }, 403],
    ['POST', '/api/v0/api_tokens', { as: 'ada', body: { no: 'such' } }, 400],
    ['POST', '/api/v0/api_tokens', { as: 'ada', rawBody: '{' }, 400],
    ['POST', '/api/v0/api_tokens', { as: 'ada', rawBody: `{"tokenLabel":"${'x'.repeat(2 * 1024 * 1024)}"}` }, 413],
    ['DELETE', '/api/v0/api_tokens/none', { as: 'ada' }, 404],
    ['GET', '/enzi/v0/accounts/ada', { as: 'ada' }, 200],
  ];
  for (const [method, path, request, status] of [...requests, ...requests]) {
    assert.equal((await api.send(method, path, request)).status, status, `${method} ${path}`);
  }
});

test('what was taken away while a request waited is gone', async (t) => {
  const api = await startApi(t, { pace: {} });
  await using held = await holdCrons(api);
  const answers = Array.from({ length: maxUnderWay }, () => api.send('GET', '/api/v0/crons'));
  await eventually('places are taken', async () => (await countHeld(api)) === maxUnderWay);
  const late = api.send('POST', '/enzi/v0/accounts', { body: { name: 'eve', password: 'long enough' } });
  await delay(200);
  await api.pool.query("UPDATE accounts.accounts SET is_active = false WHERE name = 'admin'");
  await held.letGo();
  assert.equal((await late).outcome, '401 NOT_AUTHENTICATED');
  for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
});

test('a flood of changes is slowed, then refused with a time; reading goes on', async (t) => {
  const api = await startApi(t, { pace: { changeBurst: 5, changesPerSecond: 20, maxWaiting: 20 } });
  const make = (index: number) => api.send('POST', '/api/v0/api_tokens', { body: { tokenLabel: `t${index}` } });
  // The password is known, so that they come at once.
  await make(-1);
  const making = Promise.all(Array.from({ length: 100 }, (_, index) => make(index)));
  assert.equal((await api.send('GET', '/api/v0/meta/settings')).status, 200);
  const answers = await making;
  const refused = answers.filter(({ status }) => status === 429);
  assert.ok(refused.length > 0 && refused.length <= 80, `${refused.length} were refused`);
  for (const { outcome, headers } of refused) {
    assert.equal(outcome, '429 TOO_MANY_REQUESTS');
    assert.equal(headers['retry-after'], '10');
  }
  assert.ok(answers.every(({ status }) => status === 429 || status === 200));
});

test('2,000 things that are made in a row, ten at once, are all made', { timeout: 120_000 }, async (t) => {
  const api = await startApi(t, { pace: { changesPerSecond: 400 } });
  await api.pool.query("INSERT INTO jobs.settings (name, value) VALUES ('maxAccessTokensPerAccount', '10000')");
  let made = 0;
  const makeInARow = async (): Promise<void> => {
    while (made < 2_000) {
      made++;
      const { status, text } = await api.send('POST', '/api/v0/api_tokens', { body: { tokenLabel: `t${made}` } });
      assert.equal(status, 200, text);
    }
  };
  await Promise.all(Array.from({ length: 10 }, makeInARow));
});

test('a log that is followed takes no place once it has begun', async (t) => {
  const api = await startApi(t, { pace: { maxUnderWay: 1, maxWaitMs: 2_000 } });
  const started = await api.send('POST', '/api/v0/jobs', { body: { action: 'sleep' } });
  const { id } = started.json as { id: string };
  t.after(sendAndLeave(api, `/api/v0/jobs/${id}/logs?stream=true`));
  await eventually('it is followed', async () => api.followers() > 0);
  assert.equal((await api.send('GET', '/api/v0/crons')).status, 200);
});
