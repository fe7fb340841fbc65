import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import pg from 'pg';
import { createPool } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { isDatabaseFull, isDatabaseUnavailable } from '../../database/unavailable.ts';
import { createTestDatabase } from '../support/postgres.ts';

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail('it succeeded'),
    (error: unknown) => error,
  );
}

test('an answer that does not come is given up, and the next statement gets another connection', async (t) => {
  const { url } = await createTestDatabase(t);
  const pool = createPool({
    connectionString: url,
    applicationName: 'test',
    maxConnections: 1,
    answerTimeoutMs: 300,
    onError: () => undefined,
  });
  t.after(() => pool.end());
  assert.ok(isDatabaseUnavailable(await failureOf(pool.query('SELECT pg_sleep(20)'))));
  const inTransaction = withTransaction(pool, (tx) => tx.query('SELECT pg_sleep(20)'));
  assert.ok(isDatabaseUnavailable(await failureOf(inTransaction)));
  assert.equal((await pool.query('SELECT 1')).rowCount, 1);
});

test('a session that an administrator ends, and a statement that takes too long', async (t) => {
  const { pool } = await createTestDatabase(t);
  const ended = pool.query('SELECT pg_terminate_backend(pg_backend_pid())');
  assert.ok(isDatabaseUnavailable(await failureOf(ended)));
  const cancelled = withTransaction(pool, async (tx) => {
    await tx.query('SET LOCAL statement_timeout = 50');
    await tx.query('SELECT pg_sleep(20)');
  });
  assert.ok(isDatabaseUnavailable(await failureOf(cancelled)));
});

test('nobody listens, or hangs up', async (t) => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pool = createPool({
    connectionString: `postgres://nobody:x@127.0.0.1:${port}/none`,
    applicationName: 'test',
    onError: () => undefined,
  });
  t.after(() => pool.end());
  assert.ok(isDatabaseUnavailable(await failureOf(pool.query('SELECT 1'))));
  server.close();
  await once(server, 'close');
  assert.ok(isDatabaseUnavailable(await failureOf(pool.query('SELECT 1'))));
});

test('what a statement itself is to blame for is not an absent database', async (t) => {
  const { pool } = await createTestDatabase(t);
  for (const statement of ['SELECT nonsense', 'SELECT 1/0', 'INSERT INTO registry.tags VALUES (0)']) {
    const error = await failureOf(pool.query(statement));
    assert.equal(isDatabaseUnavailable(error), false);
    assert.equal(isDatabaseFull(error), false);
  }
  assert.equal(isDatabaseUnavailable(Object.assign(new Error('no room'), { code: 'ENOSPC' })), false);
  const full = Object.assign(new pg.DatabaseError('could not extend file', 0, 'error'), { code: '53100' });
  assert.deepEqual([isDatabaseFull(full), isDatabaseUnavailable(full)], [true, true]);
});
