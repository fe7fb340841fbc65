import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { TryAgainError } from '../../database/transaction.ts';
import { assertWithinBusyLimit, assertWithinLimit, type Counted, LimitReachedError } from '../../settings/limits.ts';
import { createTestDatabase } from '../support/postgres.ts';

const counted: Counted = { limit: 'maxCrons', place: 'x', things: 'SELECT FROM things', values: [] };

async function start(t: TestContext, things: number) {
  const { pool } = await createTestDatabase(t);
  await pool.query('CREATE TABLE things AS SELECT generate_series(1, $1::int) AS number', [things]);
  return {
    pool,
    /** Makes a thing in a transaction that goes on. */
    make: async (check: (tx: pg.PoolClient) => Promise<void>) => {
      const tx = await pool.connect();
      await tx.query('BEGIN');
      await tx.query('INSERT INTO things VALUES (0)');
      const checked = check(tx);
      let isDone = false;
      checked.then(
        () => (isDone = true),
        () => (isDone = true),
      );
      return {
        checked,
        waits: async () => {
          await delay(200);
          return !isDone;
        },
        end: async (how: 'COMMIT' | 'ROLLBACK') => {
          await tx.query(how);
          tx.release();
        },
      };
    },
  };
}

test('what a transaction under way has made counts, and room that it gives back is there', async (t) => {
  const { pool, make } = await start(t, 0);
  await pool.query(`INSERT INTO jobs.settings (name, value) VALUES ('maxCrons', '1')`);
  const check = (tx: pg.PoolClient) => assertWithinLimit(tx, counted);
  const first = await make(check);
  await first.checked;
  const second = await make(check);
  assert.ok(await second.waits());
  await first.end('ROLLBACK');
  await second.checked;
  const third = await make(check);
  await second.end('COMMIT');
  await assert.rejects(third.checked, LimitReachedError);
  await third.end('ROLLBACK');
});

test('far from a busy limit nobody waits; where it is near, one waits for all who were far from it', async (t) => {
  const { make } = await start(t, 999);
  const far = { isNear: false };
  const check = (busy: { isNear: boolean }) => (tx: pg.PoolClient) => assertWithinBusyLimit(tx, counted, 2_000, busy);
  const [first, second] = [await make(check(far)), await make(check(far))];
  await Promise.all([first.checked, second.checked]);
  assert.equal(far.isNear, false);
  const near = await make(check({ isNear: true }));
  assert.ok(await near.waits());
  await first.end('COMMIT');
  assert.ok(await near.waits());
  await second.end('COMMIT');
  await near.checked;
  await near.end('COMMIT');
  const other = { isNear: false };
  const last = await make(check(other));
  await assert.rejects(last.checked, TryAgainError);
  assert.equal(other.isNear, true, 'the next attempt waits');
  await last.end('ROLLBACK');
});
