import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { migrate, MigrationError } from '../../database/migrate.ts';
import { createPool } from '../../database/pool.ts';
import { createTestDatabase } from '../support/postgres.ts';

const names = (await readdir(new URL('../../database/migrations/', import.meta.url))).sort();

/** A second pool on the same database, as another process has it. */
function anotherPool(t: TestContext, url: string): pg.Pool {
  const pool = createPool({ connectionString: url, applicationName: 'test', onError: () => undefined });
  t.after(() => pool.end());
  return pool;
}

async function emptyDatabase(t: TestContext): Promise<{ url: string; pool: pg.Pool }> {
  const database = await createTestDatabase(t);
  await database.pool.query('DROP SCHEMA accounts, registry, jobs CASCADE');
  await database.pool.query('DROP TABLE public.jobrunner_migrations');
  return database;
}

test('an empty database gets every migration in order, and the second time nothing is done', async (t) => {
  const { pool } = await emptyDatabase(t);
  assert.deepEqual(await migrate(pool), names);
  assert.deepEqual(await migrate(pool), []);
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM jobrunner_migrations ORDER BY version');
  assert.deepEqual(
    rows.map(({ name }) => name),
    names,
  );
});

test('of several processes at once one migrates, and all go on with the schema in place', async (t) => {
  const { url, pool } = await emptyDatabase(t);
  const pools = [pool, anotherPool(t, url), anotherPool(t, url)];
  const results = await Promise.all(
    pools.map(async (each) => {
      const migrated = await migrate(each);
      await each.query('SELECT FROM jobs.jobs');
      return migrated.length;
    }),
  );
  assert.deepEqual(
    results.toSorted((a, b) => a - b),
    [0, 0, names.length],
  );
});

test('a migration that was edited after it landed is refused by name, and nothing is run', async (t) => {
  const { pool } = await createTestDatabase(t);
  await pool.query(`UPDATE jobrunner_migrations SET checksum = 'other' WHERE version = 2`);
  await pool.query('DELETE FROM jobrunner_migrations WHERE version > 2');
  await assert.rejects(migrate(pool), (error) => {
    assert.ok(error instanceof MigrationError);
    assert.equal(error.message, `migration ${names[1]} was changed after it landed: restore the file as released`);
    return true;
  });
  const { rows } = await pool.query<{ count: number }>('SELECT count(*) FROM jobrunner_migrations');
  assert.equal(rows[0]?.count, 2);
});

test('a database of a newer version is refused', async (t) => {
  const { pool } = await createTestDatabase(t);
  await pool.query(`INSERT INTO jobrunner_migrations (version, name, checksum) VALUES (9999, '9999_future.sql', '')`);
  await assert.rejects(migrate(pool), {
    name: 'MigrationError',
    message: /^the database has migration 9999_future\.sql, which this version does not know/,
  });
});

test('a migration that fails leaves the database as it was, and says which it is', async (t) => {
  const { pool } = await emptyDatabase(t);
  await pool.query('CREATE SCHEMA registry');
  await assert.rejects(migrate(pool), {
    name: 'MigrationError',
    message: new RegExp(`^migration ${names[1]} failed: `),
  });
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM jobrunner_migrations');
  assert.deepEqual(rows, [{ name: names[0] }]);
  await pool.query('DROP SCHEMA registry');
  assert.deepEqual(await migrate(pool), names.slice(1), 'once the obstacle is gone, it goes on from there');
});

test('a migration that waits for a lock gives way, so that nobody waits behind it for long, and gets its turn', async (t) => {
  const { url, pool } = await emptyDatabase(t);
  const holder = await pool.connect();
  await holder.query('BEGIN');
  // What the first migration makes as well.
  await holder.query('CREATE SCHEMA accounts');
  const migrated = migrate(anotherPool(t, url));
  let longestMs = 0;
  let waits = 0;
  for (const untilMs = performance.now() + 6_000; performance.now() < untilMs; await delay(50)) {
    const { rows } = await pool.query<{ ms: number }>(
      `SELECT extract(epoch FROM clock_timestamp() - query_start)::float8 * 1000 AS ms FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows[0]) longestMs = Math.max(longestMs, rows[0].ms);
    else waits++;
  }
  await holder.query('ROLLBACK');
  holder.release();
  assert.deepEqual(await migrated, names);
  t.diagnostic(`it waited for ${Math.round(longestMs)} ms at a time`);
  assert.ok(longestMs > 500 && longestMs < 4_000, `${longestMs} ms`);
  assert.ok(waits > 5, 'between its waits others have their turn');
});
