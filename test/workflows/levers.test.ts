import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelJob, type JobRequest } from '../../jobs/records/commands.ts';
import { startReconciler } from '../../workers/reconciler.ts';
import { makeIdleUploads } from './idle-uploads.ts';
import { makeOrphans } from './orphans.ts';
import { pushEvent, startReceiver } from './push-event.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

type Levers = Pick<JobRequest, 'deadline' | 'stopTimeout' | 'retries' | 'scheduledAt'>;

test('every action honours every lever of MSR', async (t) => {
  // A delivery that fails is tried again after half a minute, so that its job runs for long.
  const jobrunner = await startTestJobrunner(t, { webhookRetryDelayMs: 30_000, isCaching: true });
  const { pool, temporal, wakeDispatcher, log } = jobrunner;
  const receiver = await startReceiver(jobrunner.cleanUp);
  const reconciler = startReconciler({ pool, temporal, wakeDispatcher, log, checkAfterMs: 300 });
  jobrunner.cleanUp.after(() => reconciler.close());
  await makeOrphans(jobrunner, 200);
  await makeIdleUploads(jobrunner, 200);
  const event = await jobrunner.ended(await pushEvent(jobrunner, receiver.url));

  /** Jobs that run for much longer than the test takes. */
  const longJobs: Readonly<Record<string, Record<string, string>>> = {
    sleep: { seconds: '1000' },
    onlinegc_blobs: { batchSize: '1' },
    upload_purge: { batchSize: '1' },
    webhook: event.parameters,
  };
  const submitLong = (action: string, levers: Partial<Levers> = {}) => {
    if (action === 'webhook') receiver.statuses.push(500);
    return jobrunner.submit(action, { parameters: longJobs[action] ?? {}, ...levers });
  };
  const cancel = async (jobId: string) => {
    await cancelJob(pool, jobId, 'ada');
    wakeDispatcher.send();
    return jobrunner.ended(jobId);
  };

  for (const action of Object.keys(longJobs)) {
    await t.test(`${action}: cancel`, async () => {
      const jobId = await submitLong(action);
      await jobrunner.waitFor(jobId, (job) => job.status === 'running');
      assert.equal((await cancel(jobId)).status, 'cancel');
      // The page under way may still write what it did.
      assert.ok((await jobrunner.messages(jobId)).includes('canceled'));
    });

    await t.test(`${action}: a job that passes its deadline has failed by it, and is tried again`, async () => {
      if (action === 'webhook') receiver.statuses.push(500);
      const first = await submitLong(action, { deadline: '1s', stopTimeout: '1m', retries: 1 });
      for (const jobId of [first, `${first}~1`]) {
        const job = await jobrunner.ended(jobId);
        assert.deepEqual([job.status, job.failure], ['error', 'deadline: it ran longer than 1s']);
        assert.ok(Number(job.endedAt) - Number(job.startedAt) >= 1_000);
        const { rowCount } = await pool.query('SELECT FROM jobs.outbox WHERE job_id = $1', [jobId]);
        assert.equal(rowCount, 0, 'the order to terminate is withdrawn');
      }
    });
  }

  await t.test('stopTimeout: a job that does not stop once its deadline is over is terminated', async () => {
    const jobId = await jobrunner.submit('sleep', {
      parameters: { seconds: '1000' },
      deadline: '2s',
      stopTimeout: '2s',
    });
    const { startedAt } = await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    const handle = temporal.workflow.getHandle(jobId);
    const holder = await pool.connect();
    try {
      // The workflow cannot end before it has written down its end, and cannot do that while somebody holds this lock.
      await holder.query(`SELECT pg_advisory_lock(1)`);
      await holder.query(`
        CREATE FUNCTION wait_to_end() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';
        CREATE TRIGGER wait_to_end BEFORE UPDATE ON jobs.jobs FOR EACH ROW
        WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION wait_to_end();`);
      const isTerminated = async () => (await handle.describe()).status.name === 'TERMINATED';
      for (let tries = 0; !(await isTerminated()) && tries < 100; tries++) await delay(200);
      assert.ok(await isTerminated());
      assert.ok(Date.now() - Number(startedAt) >= 4_000, 'before its time');
    } finally {
      await holder.query('SELECT pg_advisory_unlock(1)');
      holder.release();
    }
    const { status, failure } = await jobrunner.ended(jobId);
    assert.deepEqual([status, failure], ['error', 'deadline: it ran longer than 2s']);
    await pool.query('DROP TRIGGER wait_to_end ON jobs.jobs; DROP FUNCTION wait_to_end');
  });

  await t.test('retries: each is a new job, which names the one that it tries again', async () => {
    const wrong = {
      sleep: 'seconds',
      onlinegc_blobs: 'batchSize',
      upload_purge: 'batchSize',
      webhook: 'x',
      false: 'x',
    };
    for (const [action, parameter] of Object.entries(wrong)) {
      const first = await jobrunner.submit(action, { parameters: { [parameter]: 'nonsense' }, retries: 2 });
      const chain = [first, `${first}~1`, `${first}~2`];
      for (const [index, jobId] of chain.entries()) {
        const job = await jobrunner.ended(jobId);
        assert.deepEqual(
          [job.status, job.retryFromId, job.retriesLeft, job.retriesTotal, job.trigger],
          ['error', chain[Math.max(0, index - 1)], 2 - index, 2, index === 0 ? 'api' : 'retry'],
          jobId,
        );
      }
    }
  });

  await t.test('scheduledAt: no job begins before its time', async () => {
    const scheduledAt = new Date(Date.now() + 2_000);
    const names = [...Object.keys(longJobs), 'false'];
    const jobIds = await Promise.all(names.map((action) => submitLong(action, { scheduledAt })));
    for (const jobId of jobIds) {
      const job = await jobrunner.waitFor(jobId, ({ startedAt }) => startedAt !== null);
      assert.ok(Number(job.startedAt) >= scheduledAt.getTime(), `${jobId} began at ${job.startedAt?.toISOString()}`);
      await cancel(jobId);
    }
  });
});
