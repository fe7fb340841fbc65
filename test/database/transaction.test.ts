import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { sqlState, withTransaction } from '../../database/transaction.ts';
import { createTestDatabase } from '../support/postgres.ts';

async function counters(t: TestContext): Promise<pg.Pool> {
  const { pool } = await createTestDatabase(t);
  await pool.query('CREATE TABLE counters (name text PRIMARY KEY, value integer NOT NULL)');
  await pool.query(`INSERT INTO counters VALUES ('a', 0), ('b', 0)`);
  return pool;
}

async function values(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query<{ value: number }>('SELECT value FROM counters ORDER BY name');
  return rows.map(({ value }) => value);
}

const increase = 'UPDATE counters SET value = value + 1 WHERE name = $1';

test('work that resolves is committed, and its value returned', async (t) => {
  const pool = await counters(t);
  assert.equal(await withTransaction(pool, async (tx) => (await tx.query(increase, ['a'])).rowCount), 1);
  assert.deepEqual(await values(pool), [1, 0]);
});

test('work that throws is rolled back, and its error is what the caller gets', async (t) => {
  const pool = await counters(t);
  const error = new Error('no');
  await assert.rejects(
    withTransaction(pool, async (tx) => {
      await tx.query(increase, ['a']);
      throw error;
    }),
    (thrown) => thrown === error,
  );
  assert.deepEqual(await values(pool), [0, 0]);
  assert.equal(pool.totalCount, pool.idleCount, 'the connection is back');
});

test('a deadlock is tried again until both are through', async (t) => {
  const pool = await counters(t);
  let attempts = 0;
  const bothHold = Promise.withResolvers<void>();
  const inOrder = (first: string, second: string) =>
    withTransaction(pool, async (tx) => {
      await tx.query(increase, [first]);
      if (++attempts === 2) bothHold.resolve();
      if (attempts <= 2) await bothHold.promise;
      await tx.query(increase, [second]);
    });
  await Promise.all([inOrder('a', 'b'), inOrder('b', 'a')]);
  assert.deepEqual(await values(pool), [2, 2]);
  assert.equal(attempts, 3);
});

test('a failure that stays is given up after five attempts; another kind after one', async (t) => {
  const pool = await counters(t);
  const attemptsOf = async (state: string): Promise<number> => {
    let attempts = 0;
    await assert.rejects(
      withTransaction(pool, async (tx) => {
        attempts++;
        await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'failed' USING ERRCODE = '${state}'; END $$`);
      }),
      (error) => sqlState(error) === state,
    );
    return attempts;
  };
  assert.equal(await attemptsOf('40001'), 5);
  assert.equal(await attemptsOf('40P01'), 5);
  assert.equal(await attemptsOf('23505'), 1);
});

test('only an error of PostgreSQL has an SQLSTATE', async (t) => {
  const pool = await counters(t);
  await assert.rejects(pool.query('SELECT 1/0'), (error) => sqlState(error) === '22012');
  for (const code of ['EPIPE', 'ENOSPC', 'FST_ERR_VALIDATION', '23505']) {
    assert.equal(sqlState(Object.assign(new Error('of somebody else'), { code })), undefined, code);
  }
});

test('a connection that broke is not handed out again', async (t) => {
  const pool = await counters(t);
  await assert.rejects(
    withTransaction(pool, async (tx) => {
      await tx.query(increase, ['a']);
      await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
    }),
  );
  assert.equal(pool.totalCount, 0);
  assert.deepEqual(await values(pool), [0, 0]);
});

test('a bigint that a double cannot hold is an error, not another number', async (t) => {
  const { pool } = await createTestDatabase(t);
  const { rows } = await pool.query<{ value: number }>('SELECT 9007199254740991::bigint AS value');
  assert.equal(rows[0]?.value, Number.MAX_SAFE_INTEGER);
  await assert.rejects(pool.query('SELECT 9007199254740993::bigint'), RangeError);
});
