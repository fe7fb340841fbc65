import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { cancelJob } from '../../../jobs/records/commands.ts';
import { findDeadlineFailure, passDeadlines } from '../../../jobs/records/deadlines.ts';
import type { NewJob } from '../../../jobs/records/enqueue.ts';
import { findJob } from '../../../jobs/records/queries.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { setJobProgress, viewProgress } from '../../../jobs/records/progress.ts';
import { startJob, type JobObserver } from '../../../jobs/records/records.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { acceptStart, addJob, admitJob, jobInput, messagesOf, outboxOf, rowOf } from '../test-jobs.ts';

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

test('a deadline is set going with the job, and does nothing before its time', async (t) => {
  const { pool } = await createTestDatabase(t);
  const cases = [
    { deadline: '', stopTimeout: '', orders: [] },
    { deadline: '0s', stopTimeout: '', orders: [] },
    { deadline: '', stopTimeout: '30s', orders: [] },
    { deadline: '10m', stopTimeout: '', orders: [{ command: 'deadline', dueInSeconds: 600 }] },
    { deadline: '10m', stopTimeout: '30s', orders: [{ command: 'deadline', dueInSeconds: 600 }] },
  ];
  for (const { deadline, stopTimeout, orders } of cases) {
    const jobId = await addJob(pool, { deadline, stopTimeout });
    await acceptStart(pool, jobId);
    await startJob(pool, { jobId, ...run, job: jobInput({ deadline, stopTimeout }) });
    assert.deepEqual(await outboxOf(pool, jobId), orders, `${deadline} ${stopTimeout}`);
  }
  assert.equal(await passDeadlines(pool), 0);
});

/** A running job whose deadline has just passed. */
async function lateJob(pool: pg.Pool, fields: Partial<NewJob> = {}): Promise<string> {
  const wanted = { deadline: '10m', retriesLeft: 1, retriesTotal: 1, ...fields };
  const jobId = await addJob(pool, wanted);
  await acceptStart(pool, jobId);
  await startJob(pool, { jobId, ...run, job: jobInput(wanted) });
  await pool.query(`UPDATE jobs.outbox SET due_at = now() WHERE command = 'deadline'`);
  return jobId;
}

test('a deadline that has passed orders a cancel, with a stop timeout a termination, and says so', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await lateJob(pool, { stopTimeout: '30s' });
  assert.equal(await passDeadlines(pool), 1);
  assert.deepEqual(await outboxOf(pool, jobId), [
    { command: 'cancel', dueInSeconds: 0 },
    { command: 'terminate', dueInSeconds: 30 },
  ]);
  const { rows } = await pool.query(
    `SELECT details->>'reason' AS reason FROM jobs.outbox WHERE job_id = $1 ORDER BY due_at`,
    [jobId],
  );
  assert.deepEqual(rows, [
    { reason: 'deadline: it ran longer than 10m' },
    { reason: 'deadline: it ran longer than 10m; still running when the stop timeout of 30s was over' },
  ]);
  assert.deepEqual(await messagesOf(pool, jobId), ['started', 'deadline']);
  assert.equal((await findJob(pool, jobId))?.status, 'running');
  assert.equal(await passDeadlines(pool), 0, 'once');
});

test('a job that its deadline has ended failed by it, and is tried again, however it came to its end', async (t) => {
  const { pool } = await createTestDatabase(t);
  for (const failure of [undefined, 'the workflow was terminated']) {
    const jobId = await lateJob(pool);
    await passDeadlines(pool);
    const seen: unknown[] = [];
    const observer = { started: () => undefined, ended: (job: object) => seen.push(job) };
    assert.equal(await endJob(pool, { jobId, status: 'cancel', failure }, observer), true);
    const job = await findJob(pool, jobId);
    assert.deepEqual([job?.status, job?.failure], ['error', 'deadline: it ran longer than 10m']);
    assert.deepEqual(seen, [{ ...(seen[0] as object), status: 'error', isRetried: true, failure: job?.failure }]);
    assert.equal((await findJob(pool, `${jobId}~1`))?.retriesLeft, 0);
    assert.equal(await findDeadlineFailure(pool, jobId), job?.failure);
  }
});

test('a job is not said to be late that was done before it was stopped, or that somebody has cancelled', async (t) => {
  const { pool } = await createTestDatabase(t);
  const done = await lateJob(pool);
  await passDeadlines(pool);
  await endJob(pool, { jobId: done, status: 'done' });
  const failed = await lateJob(pool, { retriesLeft: 0 });
  await passDeadlines(pool);
  await endJob(pool, { jobId: failed, status: 'error', failure: 'no' });
  const cancelled = await lateJob(pool);
  await cancelJob(pool, cancelled, 'ada');
  assert.equal(await passDeadlines(pool), 0, 'a cancel takes the deadline back');
  await endJob(pool, { jobId: cancelled, status: 'cancel' });
  const both = await lateJob(pool);
  await passDeadlines(pool);
  await cancelJob(pool, both, 'ada');
  await endJob(pool, { jobId: both, status: 'cancel' });
  const ends = await Promise.all([done, failed, cancelled, both].map((id) => findJob(pool, id)));
  assert.deepEqual(
    ends.map((job) => [job?.status, job?.failure]),
    [
      ['done', null],
      ['error', 'no'],
      ['cancel', null],
      ['cancel', null],
    ],
  );
  const { rowCount } = await pool.query(`SELECT FROM jobs.jobs WHERE id LIKE '%~1'`);
  assert.equal(rowCount, 0, 'none is tried again');
});

test('the longest deadline and stop timeout that the API takes are still times of PostgreSQL', async (t) => {
  const { pool } = await createTestDatabase(t);
  const longest = { deadline: '2562047h', stopTimeout: '2562047h' };
  const jobId = await addJob(pool, longest);
  await startJob(pool, { jobId, ...run, job: jobInput(longest) });
  assert.deepEqual(
    (await outboxOf(pool, jobId)).map(({ command }) => command),
    ['start', 'deadline'],
  );
  await pool.query(`UPDATE jobs.outbox SET due_at = now() WHERE command = 'deadline'`);
  assert.equal(await passDeadlines(pool), 1);
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
  await admitJob(pool, jobId);
  await startJob(pool, { jobId, ...run, job: jobInput({ deadline: '1h', stopTimeout: '1s' }) });
  assert.equal(await endJob(pool, { jobId, status: 'done', result: { seconds: 1 } }), false);
  const ended = await rowOf(pool, jobId);
  assert.deepEqual([ended?.['status'], ended?.['result'], ended?.['failure']], ['done', { seconds: 1 }, null]);
  assert.ok(ended?.['ended_at']);
  // An order to start is the dispatcher's to delete.
  assert.deepEqual(await outboxOf(pool, jobId), [{ command: 'start', dueInSeconds: 0 }]);

  await endJob(pool, { jobId, status: 'error', failure: 'too late' });
  await setJobProgress(pool, jobId, { phase: 'too late', itemsDone: 1 });
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
  assert.deepEqual(await messagesOf(pool, jobId), ['failed']);
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
    await acceptStart(pool, jobId);
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
  await acceptStart(pool, canceled);
  assert.equal(await endJob(pool, { jobId: canceled, status: 'cancel' }), false);
  const asked = await addJob(pool, { retriesLeft: 3, retriesTotal: 3 });
  await acceptStart(pool, asked);
  await pool.query(`UPDATE jobs.jobs SET status = 'cancel_request' WHERE id = $1`, [asked]);
  assert.equal(await endJob(pool, { jobId: asked, status: 'error', failure: 'no' }), false);
  assert.deepEqual(
    [(await findJob(pool, canceled))?.status, (await findJob(pool, asked))?.status],
    ['cancel', 'error'],
  );
});

test('an end tells whether others wait for the place, and observers hear of each start and end once', async (t) => {
  const { pool } = await createTestDatabase(t);
  const heard: string[] = [];
  const observer: JobObserver = {
    started: ({ action, trigger, waitMs }) => heard.push(`${action} ${trigger} started, waited ${waitMs >= 0}`),
    ended: ({ action, status, runMs, isRetried }) =>
      heard.push(`${action} ${status}, ran ${runMs !== undefined && runMs >= 0}, retried ${isRetried}`),
  };
  const [jobId, waiting] = [await addJob(pool, { retriesLeft: 1, retriesTotal: 1 }), await addJob(pool)];
  await acceptStart(pool, jobId);
  for (let times = 0; times < 2; times++) await startJob(pool, { jobId, ...run, job: jobInput() }, observer);
  assert.equal(await endJob(pool, { jobId, status: 'done' }, observer), true, `${waiting} waits`);
  assert.equal(await endJob(pool, { jobId, status: 'done' }, observer), false);
  const failing = await addJob(pool, { retriesLeft: 1, retriesTotal: 1 });
  await endJob(pool, { jobId: failing, status: 'error', failure: 'no' }, observer);
  assert.deepEqual(heard, [
    'sleep api started, waited true',
    'sleep done, ran true, retried false',
    'sleep error, ran false, retried true',
  ]);
});

test('progress is shown while the job runs, with its rate since the phase began', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  const view = async () => {
    const progress = (await findJob(pool, jobId))?.progress;
    assert.ok(progress);
    return { progress, view: viewProgress(progress) };
  };
  await setJobProgress(pool, jobId, { phase: 'reviewing', itemsDone: 3, itemsTotal: 10 });
  const first = await view();
  assert.deepEqual(first.progress, { ...first.progress, phase: 'reviewing', done: 3, total: 10, doneBefore: 3 });
  assert.deepEqual([first.view.rate, first.view.secondsLeft, first.view.bytes], [null, null, null]);

  await pool.query(
    `UPDATE jobs.jobs SET progress = progress || jsonb_build_object('sinceMs', $2::bigint) WHERE id = $1`,
    [jobId, Date.now() - 1_000_000],
  );
  await setJobProgress(pool, jobId, { phase: 'reviewing', itemsDone: 2_003, itemsTotal: 10_003, sizeBytes: 7 });
  const second = await view();
  assert.equal(second.progress.doneBefore, 3, 'counted from the first report of the phase');
  assert.deepEqual([second.view.rate, second.view.secondsLeft, second.view.bytes], [2, 4_000, 7]);

  await setJobProgress(pool, jobId, { phase: 'deleting', itemsDone: 1 });
  const third = await view();
  assert.deepEqual([third.progress.doneBefore, third.view.rate, third.view.total], [1, null, null]);
});
