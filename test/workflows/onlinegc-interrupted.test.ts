import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelJob } from '../../jobs/records/commands.ts';
import { pauseJob, resumeJob } from '../../jobs/records/pause.ts';
import { findJob, type JobRow } from '../../jobs/records/queries.ts';
import { eventually } from '../e2e/eventually.ts';
import { assertAgreement } from '../registry/collection/agreement.ts';
import { makeOrphanFiles } from './orphan-files.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

// GC_INTERRUPT_BLOBS makes it as long as wanted; the pages are as large as ever.
const blobs = Number(process.env['GC_INTERRUPT_BLOBS'] ?? 20_000);
const limitMs = 5_000;
const timeoutMs = 60_000 + 10 * blobs;

test(`a pause and a cancel in the middle of ${blobs} deletions take effect within 5 s`, async (t) => {
  const jobrunner = await startTestJobrunner(t, { isCaching: true });
  const { pool } = jobrunner;
  await pool.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = '0'`);
  await makeOrphanFiles(jobrunner, blobs);

  /** Rows and objects that are left: both are deleted, the ones first. */
  async function left(): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(
      `SELECT 2 * (SELECT count(*) FROM registry.blobs) + (SELECT count(*) FROM registry.deleted_objects) AS count`,
    );
    return rows[0]?.count ?? -1;
  }
  async function reached(jobId: string, what: string, isReached: (job: JobRow) => boolean): Promise<void> {
    const ask = async () => {
      const job = await findJob(pool, jobId);
      assert.notEqual(job?.status, 'error', job?.failure ?? '');
      return job !== undefined && isReached(job);
    };
    await eventually(what, ask, { timeoutMs, intervalMs: 5 });
  }
  /** How long it takes until the job is as it was asked to be. */
  async function latencyMs(jobId: string, ask: () => Promise<unknown>, isReached: (job: JobRow) => boolean) {
    const askedMs = performance.now();
    await ask();
    jobrunner.wakeDispatcher.send();
    await reached(jobId, 'the job to obey', isReached);
    return performance.now() - askedMs;
  }

  const jobId = await jobrunner.submit('onlinegc_blobs');
  const request = { jobId, requestedBy: 'tester', note: '' };
  for (const phase of ['reviewing', 'deleting']) {
    await reached(jobId, phase, ({ progress }) => progress?.phase === phase && progress.done > 0);
    const pausedMs = await latencyMs(
      jobId,
      () => pauseJob(pool, request),
      (job) => job.paused || job.endedAt !== null,
    );
    const atPause = await left();
    assert.ok(atPause > 0, 'it was paused in the middle');
    await delay(1_000);
    assert.equal(await left(), atPause, 'it went on while it was paused');
    t.diagnostic(`${phase}: paused after ${Math.round(pausedMs)} ms, ${atPause} of ${2 * blobs} left`);
    assert.ok(pausedMs < limitMs, `a pause took ${pausedMs} ms`);
    await resumeJob(pool, request);
    jobrunner.wakeDispatcher.send();
    if (phase === 'reviewing') continue;
    const cancelledMs = await latencyMs(
      jobId,
      () => cancelJob(pool, jobId, 'tester'),
      (job) => job.endedAt !== null,
    );
    t.diagnostic(`cancelled after ${Math.round(cancelledMs)} ms, ${await left()} left`);
    assert.ok(cancelledMs < limitMs, `a cancel took ${cancelledMs} ms`);
    // The page that was under way hears of it by its next heartbeat.
    await delay(limitMs - cancelledMs);
  }
  assert.equal((await findJob(pool, jobId))?.status, 'cancel');
  const atCancel = await left();
  assert.ok(atCancel > 0, 'it was cancelled in the middle');
  await delay(1_000);
  assert.equal(await left(), atCancel, 'it went on after it was cancelled');

  const next = await jobrunner.submit('onlinegc_blobs');
  await reached(next, 'the next run to end', (job) => job.status === 'done');
  await assertAgreement(pool, jobrunner.blobsPath);
  assert.equal(await left(), 0);
});
