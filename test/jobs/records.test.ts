import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJob } from '../../jobs/queries.ts';
import { viewProgress } from '../../jobs/progress.ts';
import { endJob, setJobProgress, startJob } from '../../jobs/records.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { acceptStart, addJob, jobInput, messagesOf, outboxOf, rowOf } from './test-jobs.ts';

const run = { runId: 'run-1', workerId: 'worker-1' };

test('a job that starts is running, on a worker, and says so in its log', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  await startJob(pool, { jobId, ...run, job: jobInput() });
  const job = await findJob(pool, jobId);
  assert.deepEqual([job?.status, job?.workerId, job?.runId], ['running', 'worker-1', 'run-1']);
  assert.ok(job?.startedAt);
  assert.deepEqual(await messagesOf(pool, jobId), ['started']);
});

test('starting twice changes nothing the second time', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  await acceptStart(pool, jobId);
  const job = jobInput({ deadline: '1h' });
  await startJob(pool, { jobId, ...run, job });
  const before = [await rowOf(pool, jobId), await outboxOf(pool, jobId)];
  await startJob(pool, { jobId, runId: 'run-2', workerId: 'worker-2', job });
  assert.deepEqual([await rowOf(pool, jobId), await outboxOf(pool, jobId)], before);
  assert.deepEqual(await messagesOf(pool, jobId), ['started']);
});

test('a job that a schedule started gets its row when it starts', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = 'onlinegc_blobs-2026-01-01T00:00:00Z';
  const input = jobInput({ action: 'onlinegc_blobs', trigger: 'schedule', retriesLeft: 2, retriesTotal: 2 });
  await startJob(pool, { jobId, ...run, job: input });
  const job = await findJob(pool, jobId);
  assert.deepEqual(
    [job?.action, job?.status, job?.trigger, job?.retryFromId, job?.retriesLeft],
    ['onlinegc_blobs', 'running', 'schedule', jobId, 2],
  );
  assert.deepEqual(await outboxOf(pool, jobId), []);
});

test('a deadline orders a cancel, and with a stop timeout a termination after it', async (t) => {
  const { pool } = await createTestDatabase(t);
  const cases = [
    { deadline: '', stopTimeout: '', orders: [] },
    { deadline: '0s', stopTimeout: '', orders: [] },
    { deadline: '', stopTimeout: '30s', orders: [] },
    { deadline: '10m', stopTimeout: '', orders: [{ command: 'cancel', dueInSeconds: 600 }] },
    {
      deadline: '10m',
      stopTimeout: '30s',
      orders: [
        { command: 'cancel', dueInSeconds: 600 },
        { command: 'terminate', dueInSeconds: 630 },
      ],
    },
  ];
  for (const { deadline, stopTimeout, orders } of cases) {
    const jobId = await addJob(pool, { deadline, stopTimeout });
    await acceptStart(pool, jobId);
    await startJob(pool, { jobId, ...run, job: jobInput({ deadline, stopTimeout }) });
    assert.deepEqual(await outboxOf(pool, jobId), orders, `${deadline} ${stopTimeout}`);
  }
});

test('the longest deadline and stop timeout that the API takes are still times of PostgreSQL', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  await startJob(pool, { jobId, ...run, job: jobInput({ deadline: '2562047h', stopTimeout: '2562047h' }) });
  assert.deepEqual(
    (await outboxOf(pool, jobId)).map(({ command }) => command),
    ['start', 'cancel', 'terminate'],
  );
});

test('a job that was asked to cancel before it ran does not become running', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  await pool.query(`UPDATE jobs.jobs SET status = 'cancel_request' WHERE id = $1`, [jobId]);
  await startJob(pool, { jobId, ...run, job: jobInput() });
  assert.equal((await findJob(pool, jobId))?.status, 'cancel_request');
});

test('a job that ends keeps its result, loses the orders to stop it, and never changes again', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool, { deadline: '1h' });
  await startJob(pool, { jobId, ...run, job: jobInput({ deadline: '1h', stopTimeout: '1s' }) });
  assert.equal(await endJob(pool, { jobId, status: 'done', result: { seconds: 1 } }), false);
  const ended = await rowOf(pool, jobId);
  assert.deepEqual([ended?.['status'], ended?.['result'], ended?.['failure']], ['done', { seconds: 1 }, null]);
  assert.ok(ended?.['ended_at']);
  // An order to start is the dispatcher's to delete.
  assert.deepEqual(await outboxOf(pool, jobId), [{ command: 'start', dueInSeconds: 0 }]);

  await endJob(pool, { jobId, status: 'error', failure: 'too late' });
  await setJobProgress(pool, jobId, { phase: 'too late', done: 1 });
  await startJob(pool, { jobId, ...run, job: jobInput() });
  assert.deepEqual(await rowOf(pool, jobId), ended);
  assert.deepEqual(await messagesOf(pool, jobId), ['started', 'done']);
});

test('ends of one job that come at once count once', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool, { retriesLeft: 1, retriesTotal: 1 });
  const ends = await Promise.all(
    Array.from({ length: 5 }, () => endJob(pool, { jobId, status: 'error', failure: 'no' })),
  );
  assert.deepEqual(ends.filter(Boolean), [true]);
  assert.deepEqual(await messagesOf(pool, jobId), ['failed', 'retried']);
});

test('a job that fails with retries left makes the next, in a chain that names where it came from', async (t) => {
  const { pool } = await createTestDatabase(t);
  const first = await addJob(pool, {
    parameters: { seconds: '7' },
    retriesLeft: 2,
    retriesTotal: 2,
    deadline: '1h',
    scheduledAt: new Date('2026-01-01T00:00:00Z'),
  });
  const chain = [first, `${first}~1`, `${first}~2`];
  for (const [index, jobId] of chain.entries()) {
    const job = await findJob(pool, jobId);
    assert.deepEqual(
      [job?.status, job?.retriesLeft, job?.retriesTotal, job?.retryFromId, job?.trigger],
      ['waiting', 2 - index, 2, chain[index - 1] ?? first, index === 0 ? 'api' : 'retry'],
    );
    assert.deepEqual([job?.parameters, job?.deadline], [{ seconds: '7' }, '1h']);
    assert.deepEqual(
      (await outboxOf(pool, jobId)).map(({ command }) => command),
      ['start'],
    );
    const hasRetry = await endJob(pool, { jobId, status: 'error', failure: 'no' });
    assert.equal(hasRetry, index < 2);
    const ended = await findJob(pool, jobId);
    assert.deepEqual([ended?.status, ended?.failure], ['error', 'no']);
  }
  const { rowCount } = await pool.query('SELECT FROM jobs.jobs');
  assert.equal(rowCount, chain.length);
});

test('a job that was canceled, or failed after somebody had asked for that, is not tried again', async (t) => {
  const { pool } = await createTestDatabase(t);
  const canceled = await addJob(pool, { retriesLeft: 3, retriesTotal: 3 });
  assert.equal(await endJob(pool, { jobId: canceled, status: 'cancel' }), false);
  const asked = await addJob(pool, { retriesLeft: 3, retriesTotal: 3 });
  await pool.query(`UPDATE jobs.jobs SET status = 'cancel_request' WHERE id = $1`, [asked]);
  assert.equal(await endJob(pool, { jobId: asked, status: 'error', failure: 'no' }), false);
  assert.deepEqual(
    [(await findJob(pool, canceled))?.status, (await findJob(pool, asked))?.status],
    ['cancel', 'error'],
  );
});

test('progress is shown while the job runs, with its rate since the phase began', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  const view = async () => {
    const progress = (await findJob(pool, jobId))?.progress;
    assert.ok(progress);
    return { progress, view: viewProgress(progress) };
  };
  await setJobProgress(pool, jobId, { phase: 'reviewing', done: 3, total: 10 });
  const first = await view();
  assert.deepEqual(first.progress, { ...first.progress, phase: 'reviewing', done: 3, total: 10, doneBefore: 3 });
  assert.deepEqual([first.view.rate, first.view.secondsLeft, first.view.bytes], [null, null, null]);

  await pool.query(
    `UPDATE jobs.jobs SET progress = progress || jsonb_build_object('sinceMs', $2::bigint) WHERE id = $1`,
    [jobId, Date.now() - 1_000_000],
  );
  await setJobProgress(pool, jobId, { phase: 'reviewing', done: 2_003, total: 10_003, bytes: 7 });
  const second = await view();
  assert.equal(second.progress.doneBefore, 3, 'counted from the first report of the phase');
  assert.deepEqual([second.view.rate, second.view.secondsLeft, second.view.bytes], [2, 4_000, 7]);

  await setJobProgress(pool, jobId, { phase: 'deleting', done: 1 });
  const third = await view();
  assert.deepEqual([third.progress.doneBefore, third.view.rate, third.view.total], [1, null, null]);
});
