import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTransaction } from '../../../database/transaction.ts';
import { enqueueJobs } from '../../../jobs/records/enqueue.ts';
import { findJob } from '../../../jobs/records/queries.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { newJob, outboxOf, rowOf } from '../test-jobs.ts';

test('a job waits, with all its fields, and with the order to start it', async (t) => {
  const { pool } = await createTestDatabase(t);
  const job = newJob({
    parameters: { seconds: '5' },
    capacityMap: { scan: 2 },
    retriesLeft: 1,
    retriesTotal: 3,
    retryFromId: 'sleep:earlier',
    deadline: '1h',
    stopTimeout: '30s',
    trigger: 'retry',
    namespace: 'admin',
    repository: 'admin/app',
  });
  assert.equal(await enqueueJobs(pool, [job]), 1);
  const row = await findJob(pool, job.id);
  assert.deepEqual({ ...row, ...job }, row);
  assert.equal(row?.status, 'waiting');
  assert.deepEqual(await outboxOf(pool, job.id), [{ command: 'start', dueInSeconds: 0 }]);
});

test('a job that is scheduled for later is due then', async (t) => {
  const { pool } = await createTestDatabase(t);
  const scheduledAt = new Date(Date.now() + 3_600_000);
  const job = newJob({ scheduledAt });
  await enqueueJobs(pool, [job]);
  assert.deepEqual((await findJob(pool, job.id))?.scheduledAt, scheduledAt);
  const [order] = await outboxOf(pool, job.id);
  assert.ok(order && order.dueInSeconds > 3_500 && order.dueInSeconds <= 3_600, String(order?.dueInSeconds));
});

test('an id that is taken is not made again: neither the row nor the order changes', async (t) => {
  const { pool } = await createTestDatabase(t);
  const job = newJob();
  await enqueueJobs(pool, [job]);
  const before = await rowOf(pool, job.id);
  await pool.query('DELETE FROM jobs.outbox');
  const other = newJob();
  assert.equal(await enqueueJobs(pool, [{ ...job, action: 'false' }, other]), 1, 'the other one is');
  assert.deepEqual(await rowOf(pool, job.id), before);
  assert.deepEqual(await outboxOf(pool, job.id), []);
});

test('two transactions that make the same job at once make it once', async (t) => {
  const { pool } = await createTestDatabase(t);
  const job = newJob();
  const made = await Promise.all(
    Array.from({ length: 5 }, () => withTransaction(pool, (tx) => enqueueJobs(tx, [job]))),
  );
  assert.deepEqual(
    made.toSorted((a, b) => a - b),
    [0, 0, 0, 0, 1],
  );
});

test('a transaction that is rolled back leaves neither job nor order', async (t) => {
  const { pool } = await createTestDatabase(t);
  const job = newJob();
  await assert.rejects(
    withTransaction(pool, async (tx) => {
      await enqueueJobs(tx, [job]);
      throw new Error('no');
    }),
    /no/,
  );
  assert.equal(await rowOf(pool, job.id), undefined);
  assert.deepEqual(await outboxOf(pool, job.id), []);
});

test('no jobs are no work', async (t) => {
  const { pool } = await createTestDatabase(t);
  assert.equal(await enqueueJobs(pool, []), 0);
});
