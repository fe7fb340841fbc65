import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { cancelJob } from '../../../jobs/records/commands.ts';
import { pauseJob, recordPause, resumeJob } from '../../../jobs/records/pause.ts';
import { findJob } from '../../../jobs/records/queries.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { startJob } from '../../../jobs/records/records.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { acceptStart, addJob, jobInput, messagesOf, outboxOf } from '../test-jobs.ts';

const by = { requestedBy: 'ada', note: 'backup' };

async function runningJob(pool: pg.Pool): Promise<string> {
  const jobId = await addJob(pool);
  await acceptStart(pool, jobId);
  await startJob(pool, { jobId, runId: 'run-1', workerId: 'worker-1', job: jobInput() });
  return jobId;
}

async function detailsOf(pool: pg.Pool, jobId: string): Promise<unknown> {
  return (await pool.query<{ details: unknown }>('SELECT details FROM jobs.outbox WHERE job_id = $1', [jobId])).rows;
}

test('a pause and a resume are orders to Temporal, of which the last counts', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await runningJob(pool);
  assert.deepEqual(await pauseJob(pool, { jobId, ...by }), { kind: 'accepted', action: 'sleep' });
  assert.deepEqual(await outboxOf(pool, jobId), [{ command: 'pause', dueInSeconds: 0 }]);
  assert.deepEqual(await detailsOf(pool, jobId), [{ details: { by: 'ada', note: 'backup' } }]);
  assert.deepEqual(await resumeJob(pool, { jobId, requestedBy: 'eve', note: '' }), {
    kind: 'accepted',
    action: 'sleep',
  });
  assert.deepEqual(await outboxOf(pool, jobId), [{ command: 'resume', dueInSeconds: 0 }]);
  await pauseJob(pool, { jobId, ...by });
  await pauseJob(pool, { jobId, requestedBy: 'eve', note: 'again' });
  assert.deepEqual(await detailsOf(pool, jobId), [{ details: { by: 'eve', note: 'again' } }]);
  assert.equal((await findJob(pool, jobId))?.paused, false, 'that is for the workflow to say');
  assert.deepEqual(await messagesOf(pool, jobId), [
    'started',
    'pause requested',
    'resume requested',
    'pause requested',
    'pause requested',
  ]);
});

test('only a job that runs, and has where to, pauses', async (t) => {
  const { pool } = await createTestDatabase(t);
  assert.deepEqual(await pauseJob(pool, { jobId: 'none', ...by }), { kind: 'missing' });
  const waiting = await addJob(pool);
  assert.deepEqual(await pauseJob(pool, { jobId: waiting, ...by }), { kind: 'not-running', status: 'waiting' });
  const webhook = await addJob(pool, { action: 'webhook' });
  assert.deepEqual(await resumeJob(pool, { jobId: webhook, ...by }), { kind: 'not-pausable', action: 'webhook' });
  const stopping = await runningJob(pool);
  await cancelJob(pool, stopping, 'ada');
  assert.deepEqual(await pauseJob(pool, { jobId: stopping, ...by }), { kind: 'not-running', status: 'cancel_request' });
  assert.deepEqual(await messagesOf(pool, stopping), ['started', 'cancel requested']);
});

test('the row says that a job is paused from when it is until it goes on or ends', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await runningJob(pool);
  const isPaused = async () => (await findJob(pool, jobId))?.paused;
  const pause = { jobId, by: 'ada', note: 'backup' };
  await recordPause(pool, { ...pause, isPaused: true });
  await recordPause(pool, { ...pause, isPaused: true });
  assert.equal(await isPaused(), true);
  await recordPause(pool, { ...pause, isPaused: false });
  await recordPause(pool, { ...pause, isPaused: false });
  assert.equal(await isPaused(), false);
  await recordPause(pool, { ...pause, isPaused: true });
  await endJob(pool, { jobId, status: 'cancel' });
  await recordPause(pool, { ...pause, isPaused: true });
  assert.equal(await isPaused(), false);
  assert.deepEqual(await messagesOf(pool, jobId), ['started', 'paused', 'resumed', 'paused', 'canceled']);
});
