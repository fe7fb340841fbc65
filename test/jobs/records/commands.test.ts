import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../../../jobs/actions/action.ts';
import { findAction } from '../../../jobs/actions/catalogue.ts';
import {
  cancelJob,
  changePriority,
  deleteJob,
  rerunJob,
  submitJob,
  type JobRequest,
} from '../../../jobs/records/commands.ts';
import { findJob, listJobs } from '../../../jobs/records/queries.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { queueScheduledJob, startJob } from '../../../jobs/records/records.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { acceptStart, addJob, jobInput, messagesOf, outboxOf, rowOf } from '../test-jobs.ts';

const run = { runId: 'run-1', workerId: 'worker-1' };

function request(fields: Partial<JobRequest> = {}): JobRequest {
  const action: Action | undefined = findAction('sleep');
  if (!action) throw new Error('there is no action "sleep"');
  return {
    action,
    parameters: {},
    capacityMap: {},
    scheduledAt: undefined,
    retries: 0,
    deadline: '',
    stopTimeout: '',
    requestedBy: 'admin',
    ...fields,
  };
}

test('a job that is submitted waits, is its own first try, and is ordered to start', async (t) => {
  const { pool } = await createTestDatabase(t);
  const job = await submitJob(pool, request({ retries: 2, parameters: { seconds: '3' } }));
  assert.match(job.id, /^sleep:[0-9a-f-]{36}$/);
  assert.deepEqual(
    [job.status, job.trigger, job.retryFromId, job.retriesLeft, job.retriesTotal, job.workerId],
    ['waiting', 'api', job.id, 2, 2, ''],
  );
  assert.deepEqual(await findJob(pool, job.id), job);
  assert.deepEqual(await outboxOf(pool, job.id), [{ command: 'start', dueInSeconds: 0 }]);
});

test('a cancel before the start withdraws it: Temporal never hears of the job', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  assert.deepEqual(await cancelJob(pool, jobId, 'ada'), { found: true, wakeDispatcher: false });
  assert.deepEqual(await outboxOf(pool, jobId), []);
  const job = await findJob(pool, jobId);
  assert.equal(job?.status, 'cancel');
  assert.ok(job.endedAt);
  assert.deepEqual(await messagesOf(pool, jobId), ['cancel requested', 'canceled']);
});

test('a cancel of a running job asks Temporal, at once, and terminates after the stop timeout', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool, { stopTimeout: '30s' });
  await acceptStart(pool, jobId);
  // Its deadline would have come much later.
  await startJob(pool, { jobId, ...run, job: jobInput({ deadline: '1h', stopTimeout: '30s' }) });
  assert.deepEqual(await cancelJob(pool, jobId, 'ada'), { found: true, wakeDispatcher: true });
  assert.deepEqual(await outboxOf(pool, jobId), [
    { command: 'cancel', dueInSeconds: 0 },
    { command: 'terminate', dueInSeconds: 30 },
  ]);
  assert.equal((await findJob(pool, jobId))?.status, 'cancel_request');
});

test('a cancel that comes while the dispatcher has the start in hand waits for it, and then asks Temporal', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  const dispatcher = await pool.connect();
  try {
    await dispatcher.query('BEGIN');
    await dispatcher.query(`DELETE FROM jobs.outbox WHERE job_id = $1`, [jobId]);
    const canceling = cancelJob(pool, jobId, 'ada');
    await dispatcher.query('SELECT pg_sleep(0.2)');
    await dispatcher.query('COMMIT');
    assert.deepEqual(await canceling, { found: true, wakeDispatcher: true });
  } finally {
    dispatcher.release();
  }
  assert.deepEqual(await outboxOf(pool, jobId), [{ command: 'cancel', dueInSeconds: 0 }]);
});

test('a cancel or deletion of a job that nobody knows finds nothing', async (t) => {
  const { pool } = await createTestDatabase(t);
  assert.deepEqual(await cancelJob(pool, 'sleep:none', 'ada'), { found: false });
  assert.deepEqual(await deleteJob(pool, 'sleep:none'), { found: false });
});

test('a cancel of a job that has ended changes nothing', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  await endJob(pool, { jobId, status: 'done' });
  const before = await rowOf(pool, jobId);
  assert.deepEqual(await cancelJob(pool, jobId, 'ada'), { found: true, wakeDispatcher: false });
  assert.deepEqual(await rowOf(pool, jobId), before);
});

test('a job that has ended or not begun is deleted with its log', async (t) => {
  const { pool } = await createTestDatabase(t);
  const ended = await addJob(pool);
  await endJob(pool, { jobId: ended, status: 'done' });
  const waiting = await addJob(pool);
  for (const jobId of [ended, waiting]) {
    assert.deepEqual(await deleteJob(pool, jobId), { found: true, wakeDispatcher: false });
    assert.equal(await rowOf(pool, jobId), undefined);
    assert.deepEqual(await messagesOf(pool, jobId), []);
  }
  assert.deepEqual(await outboxOf(pool, waiting), []);
});

test('a running job that is deleted is not seen any more, is canceled, and goes when it ends, without a retry', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool, { retriesLeft: 2, retriesTotal: 2 });
  await acceptStart(pool, jobId);
  await startJob(pool, { jobId, ...run, job: jobInput() });
  assert.deepEqual(await deleteJob(pool, jobId), { found: true, wakeDispatcher: true });
  assert.equal(await findJob(pool, jobId), undefined);
  assert.deepEqual(await listJobs(pool, {}, { start: 0, limit: 10 }), []);
  assert.deepEqual(await outboxOf(pool, jobId), [{ command: 'cancel', dueInSeconds: 0 }]);
  assert.equal((await rowOf(pool, jobId))?.['status'], 'deleted');
  assert.deepEqual(await deleteJob(pool, jobId), { found: false });
  assert.deepEqual(await cancelJob(pool, jobId, 'ada'), { found: false });

  assert.equal(await endJob(pool, { jobId, status: 'error', failure: 'no' }), false);
  const { rowCount } = await pool.query('SELECT FROM jobs.jobs');
  assert.equal(rowCount, 0);
  assert.deepEqual(await outboxOf(pool, jobId), []);
});

test("the priority of a job is its action's, and is changed until Temporal has heard of the job", async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool, { action: 'onlinegc_blobs' });
  assert.equal((await findJob(pool, jobId))?.priority, 5);
  const outcome = await changePriority(pool, jobId, 1);
  assert.equal(outcome.kind === 'changed' && outcome.job.priority, 1);
  assert.equal((await findJob(pool, jobId))?.priority, 1);
  await acceptStart(pool, jobId);
  assert.deepEqual(await changePriority(pool, jobId, 2), { kind: 'not-waiting' });
  assert.equal((await findJob(pool, jobId))?.priority, 1);
  assert.deepEqual(await changePriority(pool, 'none', 2), { kind: 'missing' });
});

test('the priority of a run of a cron is changed while it waits for its place', async (t) => {
  const { pool } = await createTestDatabase(t);
  const [jobId, runId] = ['sleep:night-2030-01-01T00:00:00Z', 'run'];
  const job = jobInput({ trigger: 'schedule', cron: 'night' });
  await queueScheduledJob(pool, { jobId, runId, job, parkingId: 'first' });
  const outcome = await changePriority(pool, jobId, 1);
  assert.equal(outcome.kind === 'changed' && outcome.job.priority, 1);
  const { rows } = await pool.query('SELECT priority FROM jobs.outbox WHERE job_id = $1', [jobId]);
  assert.deepEqual(rows, [{ priority: 1 }]);
  // Once it runs, a wait between two attempts has the priority that it came with.
  await startJob(pool, { jobId, runId, workerId: 'w', job });
  assert.deepEqual(await changePriority(pool, jobId, 2), { kind: 'not-waiting' });
});

test('a job that is tried again keeps its priority', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool, { priority: 2, retriesLeft: 1, retriesTotal: 1 });
  await endJob(pool, { jobId, status: 'error', failure: 'no' });
  assert.equal((await findJob(pool, `${jobId}~1`))?.priority, 2);
});

test('a job that is run again does all that the old one did, as a new job of whoever asks', async (t) => {
  const { pool } = await createTestDatabase(t);
  const about = { namespace: 'acme', repository: 'acme/app', capacityMap: { scan: 1 }, priority: 2 } as const;
  const jobId = await addJob(pool, { ...about, retriesTotal: 3, deadline: '1h', stopTimeout: '5s', trigger: 'event' });
  await endJob(pool, { jobId, status: 'done', result: { seconds: 1 } });
  const old = await findJob(pool, jobId);
  assert.ok(old);
  const job = await rerunJob(pool, old, 'ada');
  assert.match(job.id, /^sleep:[0-9a-f-]{36}$/);
  const { parameters, deadline, stopTimeout } = old;
  const same = { ...about, parameters, deadline, stopTimeout, action: 'sleep', retriesTotal: 3 };
  const fresh = { retriesLeft: 3, retryFromId: jobId, requestedBy: 'ada', trigger: 'api', status: 'waiting' } as const;
  assert.deepEqual(job, { ...job, ...same, ...fresh, result: null, endedAt: null });
  assert.deepEqual(await outboxOf(pool, job.id), [{ command: 'start', dueInSeconds: 0 }]);
});
