import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { cancelJobs, countCancellable } from '../../../jobs/records/cancel-many.ts';
import { enqueueJobs } from '../../../jobs/records/enqueue.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { startJob } from '../../../jobs/records/records.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { acceptStart, addJob, jobInput, messagesOf, newJob, outboxOf } from '../test-jobs.ts';

async function statuses(pool: pg.Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ status: string; count: number }>(
    'SELECT status, count(*) AS count FROM jobs.jobs GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

const all = { requestedBy: 'ada', limit: 10_000 };

test('what has not begun ends, what runs is asked to stop, what has ended stays, what does not fit is left', async (t) => {
  const { pool } = await createTestDatabase(t);
  const waiting = await addJob(pool);
  const running = await addJob(pool, { stopTimeout: '30s' });
  await acceptStart(pool, running);
  await startJob(pool, { jobId: running, runId: 'r', workerId: 'w', job: jobInput() });
  const ended = await addJob(pool);
  await endJob(pool, { jobId: ended, status: 'done' });
  const other = await addJob(pool, { action: 'false' });
  assert.equal(await countCancellable(pool, { action: 'sleep' }, 100), 2);
  assert.deepEqual(await cancelJobs(pool, { filter: { action: 'sleep' }, ...all }), {
    count: 2,
    hasMore: false,
    wakeDispatcher: true,
  });
  assert.deepEqual(await statuses(pool), { cancel: 1, cancel_request: 1, done: 1, waiting: 1 });
  assert.deepEqual(await messagesOf(pool, waiting), ['cancel requested', 'canceled']);
  assert.deepEqual(await messagesOf(pool, running), ['started', 'cancel requested']);
  assert.deepEqual(await outboxOf(pool, waiting), []);
  assert.deepEqual(await outboxOf(pool, running), [
    { command: 'cancel', dueInSeconds: 0 },
    { command: 'terminate', dueInSeconds: 30 },
  ]);
  assert.deepEqual(await outboxOf(pool, other), [{ command: 'start', dueInSeconds: 0 }]);
  assert.equal((await cancelJobs(pool, { filter: { action: 'sleep' }, ...all })).count, 0, 'and nothing again');
});

test('thousands go in pages, up to the limit', async (t) => {
  const { pool } = await createTestDatabase(t);
  await enqueueJobs(
    pool,
    Array.from({ length: 2_500 }, () => newJob({ namespace: 'acme' })),
  );
  await addJob(pool, { namespace: 'other' });
  const filter = { namespace: 'acme' };
  assert.equal(await countCancellable(pool, filter, 2_000), 2_000);
  assert.deepEqual(await cancelJobs(pool, { filter, requestedBy: 'ada', limit: 1_500 }), {
    count: 1_500,
    hasMore: true,
    wakeDispatcher: false,
  });
  assert.deepEqual(await cancelJobs(pool, { filter, ...all }), { count: 1_000, hasMore: false, wakeDispatcher: false });
  assert.deepEqual(await statuses(pool), { cancel: 2_500, waiting: 1 });
});

test('two at once cancel each job once', async (t) => {
  const { pool } = await createTestDatabase(t);
  await enqueueJobs(
    pool,
    Array.from({ length: 1_200 }, () => newJob()),
  );
  const both = [1, 2].map(() => cancelJobs(pool, { filter: { action: 'sleep' }, ...all }));
  const counts = (await Promise.all(both)).map(({ count }) => count);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    1_200,
  );
  const { rows } = await pool.query<{ lines: number }>('SELECT count(*) AS lines FROM jobs.log_lines');
  assert.equal(rows[0]?.lines, 2_400, 'that it was asked for, and that it is cancelled');
});
