import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { createSignInEvents, type SignInEvents } from '../../../accounts/sign-in/sign-in-events.ts';
import { eventually } from '../../e2e/eventually.ts';
import { createTestDatabase } from '../../support/postgres.ts';

const start = Date.UTC(2026, 0, 31, 12, 0, 5);

async function database(t: TestContext): Promise<pg.Pool> {
  const { pool } = await createTestDatabase(t);
  await pool.query(`INSERT INTO accounts.accounts (name) SELECT 'user-' || i FROM generate_series(1, 100) i`);
  return pool;
}

function createClock() {
  let nowMs = start;
  return { now: () => nowMs, pass: (ms: number) => (nowMs += ms) };
}

async function rowsOf(
  pool: pg.Pool,
): Promise<{ name: string; address: string; count: number; at: string; last: string }[]> {
  const { rows } = await pool.query<{ name: string; address: string; count: number; at: Date; last: string }>(
    `SELECT object_name AS name, address, count, published_at AS at, contents ->> 'lastAt' AS last
     FROM registry.events ORDER BY published_at, address, name`,
  );
  return rows.map((row) => ({
    ...row,
    at: row.at.toISOString().slice(11, 19),
    last: new Date(row.last).toISOString().slice(11, 19),
  }));
}

const fail = (events: SignInEvents, name: string, address: string) =>
  events.record({ kind: 'SIGN_IN_FAILURE', name, address });

test('failures of one account and address within a minute are one row, across processes', async (t) => {
  const pool = await database(t);
  const clock = createClock();
  const log = { warn: assert.fail };
  const first = createSignInEvents(pool, log, clock.now);
  const second = createSignInEvents(pool, log, clock.now);
  for (let time = 0; time < 500; time++) fail(first, 'user-1', '192.0.2.1');
  fail(first, 'user-1', '192.0.2.2');
  clock.pass(20_000);
  fail(second, 'user-1', '192.0.2.1');
  clock.pass(60_000);
  fail(second, 'user-1', '192.0.2.1');
  await first.close();
  await second.close();
  assert.deepEqual(await rowsOf(pool), [
    { name: 'user-1', address: '192.0.2.1', count: 501, at: '12:00:05', last: '12:00:25' },
    { name: 'user-1', address: '192.0.2.2', count: 1, at: '12:00:05', last: '12:00:05' },
    { name: 'user-1', address: '192.0.2.1', count: 1, at: '12:01:25', last: '12:01:25' },
  ]);
});

test('a flood makes few rows, and what it counts is not lost', async (t) => {
  const pool = await database(t);
  const clock = createClock();
  const events = createSignInEvents(pool, { warn: assert.fail }, clock.now);
  for (let attempt = 0; attempt < 10_000; attempt++) {
    fail(events, `user-${1 + (attempt % 100)}`, `198.51.${attempt % 4}.${attempt % 250}`);
    events.record({ kind: 'SIGN_IN_LOCKOUT', name: `nobody-${attempt}`, address: '192.0.2.1' });
  }
  await events.close();
  const rows = await rowsOf(pool);
  assert.equal(
    rows.reduce((sum, { count }) => sum + count, 0),
    20_000,
  );
  assert.ok(rows.length <= 200 * 11 + 2, `${rows.length} rows`);
  assert.deepEqual(
    rows.filter(({ address }) => address === '192.0.2.1').map(({ name, count }) => ({ name, count })),
    [{ name: '', count: 10_000 }],
  );
});

test('sign-ins of one account and address within an hour are one row, however many accounts there are', async (t) => {
  const pool = await database(t);
  const clock = createClock();
  const events = createSignInEvents(pool, { warn: assert.fail }, clock.now);
  for (let minute = 0; minute < 50; minute += 10) {
    for (let user = 1; user <= 100; user++) {
      events.record({ kind: 'SIGN_IN', name: `user-${user}`, address: '192.0.2.1' });
    }
    clock.pass(600_000);
  }
  await events.close();
  const rows = await rowsOf(pool);
  assert.equal(rows.length, 100);
  assert.ok(rows.every(({ count, at, last }) => count === 5 && at === '12:00:05' && last === '12:40:05'));
});

test('what could not be written is written later', async (t) => {
  const pool = await database(t);
  const warnings: unknown[] = [];
  const events = createSignInEvents(pool, { warn: (warning: unknown) => void warnings.push(warning) }, () => start);
  await pool.query('ALTER TABLE registry.events RENAME TO away');
  fail(events, 'user-1', '192.0.2.1');
  await eventually('a warning', () => warnings.length > 0);
  await pool.query('ALTER TABLE registry.away RENAME TO events');
  fail(events, 'user-1', '192.0.2.1');
  await events.close();
  assert.deepEqual(
    (await rowsOf(pool)).map(({ count }) => count),
    [2],
  );
});
