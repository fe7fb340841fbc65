import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelJob } from '../../jobs/records/commands.ts';
import { pauseJob, resumeJob } from '../../jobs/records/pause.ts';
import type { JobRow } from '../../jobs/records/queries.ts';
import { progressQuery } from '../../workflows/shared/progress.ts';
import { searchAttributes } from '../../workflows/shared/search-attributes.ts';
import { eventually } from '../e2e/eventually.ts';
import { currentDetails } from './current-details.ts';
import { holdReviews } from './held-reviews.ts';
import { makeOrphans } from './orphans.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('jobs are paused and go on', async (t) => {
  // So low that a few pages make the workflow start afresh.
  const jobrunner = await startTestJobrunner(t, { settings: ['limit.historyCount.suggestContinueAsNew=40'] });
  const { pool, temporal } = jobrunner;
  const steer = async (lever: typeof pauseJob, jobId: string) => {
    assert.equal((await lever(pool, { jobId, requestedBy: 'ada', note: 'backup' })).kind, 'accepted');
    jobrunner.wakeDispatcher.send();
  };
  const pause = async (jobId: string) => {
    await steer(pauseJob, jobId);
    await jobrunner.waitFor(jobId, (job) => job.paused);
  };
  const running = async (seconds: string) => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    return jobId;
  };

  await t.test('by the API: a sleeping job lasts longer by its pause, and Temporal shows who paused it', async () => {
    const jobId = await running('2');
    await pause(jobId);
    const handle = temporal.workflow.getHandle(jobId);
    assert.deepEqual((await handle.query(progressQuery)).paused, { by: 'ada', note: 'backup' });
    const { typedSearchAttributes } = await handle.describe();
    const phase = typedSearchAttributes.getAll().find(({ key }) => key.name === 'JobPhase');
    assert.equal(phase?.value, 'paused');
    await delay(2_500);
    const paused = await jobrunner.waitFor(jobId, () => true);
    assert.deepEqual([paused.status, paused.paused], ['running', true], 'it woke while it was paused');
    await steer(resumeJob, jobId);
    const job = await jobrunner.ended(jobId);
    assert.deepEqual([job.status, job.paused, job.result], ['done', false, { seconds: 2 }]);
    assert.deepEqual(await jobrunner.messages(jobId), [
      'started',
      'pause requested',
      'paused',
      'resume requested',
      'resumed',
      'done',
    ]);
  });

  await t.test('by the update of the Temporal UI, which refuses what it does not understand', async () => {
    const jobId = await running('1');
    const handle = temporal.workflow.getHandle(jobId);
    assert.deepEqual(await handle.executeUpdate('pause', { args: [{ note: 'by hand' }] }), { isPauseWanted: true });
    await jobrunner.waitFor(jobId, (job) => job.paused);
    assert.deepEqual((await handle.query(progressQuery)).paused, { by: 'somebody in Temporal', note: 'by hand' });
    for (const wrong of ['now', 7, { by: 7 }, { note: 'x'.repeat(501) }]) {
      const update = handle.executeUpdate('resume', { args: [wrong] });
      await assert.rejects(update, (error: Error) => /must be nothing, or an object/.test(String(error.cause)));
    }
    assert.equal((await jobrunner.waitFor(jobId, () => true)).paused, true);
    assert.deepEqual(await handle.executeUpdate('resume'), { isPauseWanted: false });
    assert.equal((await jobrunner.ended(jobId)).status, 'done');
  });

  await t.test('a signal of any shape pauses, and never breaks the job', async () => {
    const jobId = await running('1');
    const handle = temporal.workflow.getHandle(jobId);
    for (const argument of ['x', 7, null, { by: { a: 1 }, note: [] }]) await handle.signal('pause', argument);
    await jobrunner.waitFor(jobId, (job) => job.paused);
    await handle.signal('resume');
    assert.equal((await jobrunner.ended(jobId)).status, 'done');
  });

  await t.test('a paused job is cancelled, and passes its deadline, like any other', async () => {
    const jobId = await running('100');
    await pause(jobId);
    await cancelJob(pool, jobId, 'ada');
    jobrunner.wakeDispatcher.send();
    const job = await jobrunner.ended(jobId);
    assert.deepEqual([job.status, job.paused], ['cancel', false]);

    const late = await jobrunner.submit('sleep', { parameters: { seconds: '100' }, deadline: '3s' });
    await jobrunner.waitFor(late, (job) => job.status === 'running');
    await steer(pauseJob, late);
    const { status, failure, paused } = await jobrunner.ended(late);
    assert.deepEqual([status, failure, paused], ['error', 'deadline: it ran longer than 3s', false]);
  });

  await t.test('a paged job stops between pages, and does the rest, over several runs of its workflow', async () => {
    await makeOrphans(jobrunner, 20);
    const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '1' } });
    await jobrunner.waitFor(jobId, (job) => (job.progress?.done ?? 0) > 0);
    for (let pauses = 0; pauses < 3; pauses++) {
      const askedMs = performance.now();
      await pause(jobId);
      assert.ok(performance.now() - askedMs < 5_000, 'a pause took more than 5 s');
      const before = (await jobrunner.waitFor(jobId, () => true)).progress;
      await delay(300);
      assert.deepEqual((await jobrunner.waitFor(jobId, () => true)).progress, before, 'it worked on while paused');
      await steer(resumeJob, jobId);
      await jobrunner.waitFor(jobId, (job) => !job.paused);
    }
    const job = await jobrunner.waitFor(jobId, (job) => job.endedAt !== null);
    assert.equal(job.status, 'done');
    assert.deepEqual(job.result, { ...(job.result as object), blobsOrphaned: 20, objectsDeleted: 20 });
  });
});

test('a pause that is asked for in the middle of an activity shows at once, and so does its end', async (t) => {
  const jobrunner = await startTestJobrunner(t, { isCaching: true });
  const { pool, temporal } = jobrunner;
  await makeOrphans(jobrunner, 20);
  const client = await holdReviews(pool);
  try {
    const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '10' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    const handle = temporal.workflow.getHandle(jobId);
    const phase = async () => (await handle.describe()).typedSearchAttributes.get(searchAttributes.jobPhase);
    const isAsked = (job: JobRow) => job.pausing && !job.paused;
    const isNot = (job: JobRow) => !job.pausing && !job.paused;
    const request = { jobId, requestedBy: 'ada', note: 'backup' };
    const levers = {
      'the API': {
        pause: async () => {
          await pauseJob(pool, request);
          jobrunner.wakeDispatcher.send();
        },
        resume: async () => {
          await resumeJob(pool, request);
          jobrunner.wakeDispatcher.send();
        },
      },
      updates: {
        pause: async () => void (await handle.executeUpdate('pause', { args: [{ by: 'ada', note: 'backup' }] })),
        resume: async () => void (await handle.executeUpdate('resume')),
      },
      signals: {
        pause: () => handle.signal('pause', { by: 'ada', note: 'backup' }),
        resume: () => handle.signal('resume'),
      },
    };
    for (const [name, { pause, resume }] of Object.entries(levers)) {
      await pause();
      await jobrunner.waitFor(jobId, isAsked, 5_000);
      const shown = await eventually('the pause in Temporal', async () => (await phase()) === 'pausing' && phase());
      assert.equal(shown, 'pausing', name);
      assert.deepEqual((await handle.query(progressQuery)).pausing, { by: 'ada', note: 'backup' }, name);
      assert.match(await currentDetails(temporal, jobId), /^\*\*Pausing\*\*, once .* by ada: backup\./, name);
      await resume();
      await jobrunner.waitFor(jobId, isNot, 5_000);
      await eventually('the end of it in Temporal', async () => (await phase()) === 'reviewing');
      assert.doesNotMatch(await currentDetails(temporal, jobId), /Paus/, name);
    }
    await levers.updates.pause();
    await jobrunner.waitFor(jobId, isAsked, 5_000);
    await client.query('COMMIT');
    await jobrunner.waitFor(jobId, (job) => job.paused && !job.pausing);
    assert.equal(await phase(), 'paused');
    assert.match(await currentDetails(temporal, jobId), /^\*\*Paused\*\* by ada: backup\./);
    await levers.updates.resume();
    const { status, paused, pausing } = await jobrunner.ended(jobId);
    assert.deepEqual([status, paused, pausing], ['done', false, false]);
    const requests = (await jobrunner.messages(jobId)).filter((message) => message.endsWith('requested'));
    const inTurn = Array.from({ length: 3 }, () => ['pause requested', 'resume requested']).flat();
    assert.deepEqual(requests, [...inTurn, 'pause requested']);
  } finally {
    client.release(true);
  }
});

test('a pause that is taken back before it is met leaves no job that looks paused', async (t) => {
  const jobrunner = await startTestJobrunner(t, { isCaching: true });
  const { pool, temporal } = jobrunner;
  // What a worker leaves that dies between writing the pause down and telling Temporal.
  for (const action of ['onlinegc_blobs', 'onlinegc']) {
    await makeOrphans(jobrunner, 20);
    const client = await holdReviews(pool);
    let isEnded: Promise<Awaited<ReturnType<typeof jobrunner.ended>>>;
    try {
      const jobId = await jobrunner.submit(action, { parameters: { batchSize: '10' } });
      await jobrunner.waitFor(jobId, (job) => job.status === 'running');
      const handle = temporal.workflow.getHandle(jobId);
      await handle.signal('pause');
      await handle.signal('resume');
      await pool.query('UPDATE jobs.jobs SET paused = true WHERE id = $1', [jobId]);
      if (action === 'onlinegc_blobs') {
        await delay(300);
        assert.equal((await jobrunner.waitFor(jobId, () => true)).paused, true, 'it has met a checkpoint too soon');
      } else await jobrunner.waitFor(jobId, (job) => !job.paused);
      isEnded = jobrunner.ended(jobId);
      isEnded.catch(() => undefined);
    } finally {
      await client.query('COMMIT');
      client.release();
    }
    const job = await isEnded;
    assert.deepEqual([job.status, job.paused], ['done', false], action);
    assert.ok((await jobrunner.messages(job.id)).includes('resumed'), action);
  }
});

test('a pause that comes while an earlier one is cleared holds before the job continues as new', async (t) => {
  // So low that the job continues as new after each page.
  const settings = ['limit.historyCount.suggestContinueAsNew=10'];
  const jobrunner = await startTestJobrunner(t, { isCaching: true, settings });
  const { pool, temporal } = jobrunner;
  await makeOrphans(jobrunner, 5);
  const [reviews, clearing] = [await holdReviews(pool), await pool.connect()];
  await pool.query(
    `CREATE FUNCTION wait_to_clear() RETURNS trigger LANGUAGE plpgsql AS
       'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END';
     CREATE TRIGGER wait_to_clear BEFORE UPDATE ON jobs.jobs FOR EACH ROW
       WHEN (OLD.paused AND NOT NEW.paused) EXECUTE FUNCTION wait_to_clear()`,
  );
  try {
    const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '1' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    const handle = temporal.workflow.getHandle(jobId);
    const { runId } = await handle.describe();
    await handle.signal('pause');
    await jobrunner.waitFor(jobId, (job) => job.pausing);
    await handle.signal('resume');
    await jobrunner.waitFor(jobId, (job) => !job.pausing);
    // What a worker leaves that dies between writing the pause down and telling Temporal.
    await pool.query('UPDATE jobs.jobs SET paused = true WHERE id = $1', [jobId]);
    await clearing.query('SELECT pg_advisory_lock(7)');
    await reviews.query('COMMIT');
    await eventually('the checkpoint to clear the pause', async () => {
      const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'advisory'`);
      return rows.length > 0;
    });
    await handle.signal('pause');
    // Temporal hands it over once it hears that the task goes on, in some seconds.
    await eventually(
      'the workflow to hear of it',
      async () => {
        const { events } = await temporal.workflow.getHandle(jobId, runId).fetchHistory();
        const [, , third] = events?.filter((event) => event.workflowExecutionSignaledEventAttributes) ?? [];
        const later = third ? events?.slice(events.indexOf(third)) : undefined;
        return later?.some((event) => event.workflowTaskStartedEventAttributes) ?? false;
      },
      { timeoutMs: 30_000 },
    );
    await delay(500);
    await clearing.query('SELECT pg_advisory_unlock(7)');
    await eventually('the job to pause', async () => (await jobrunner.messages(jobId)).includes('paused'));
    assert.equal((await temporal.workflow.getHandle(jobId).describe()).runId, runId, 'the same run');
    await handle.signal('resume');
    const { status, paused, pausing } = await jobrunner.ended(jobId);
    assert.deepEqual([status, paused, pausing], ['done', false, false]);
  } finally {
    for (const client of [reviews, clearing]) client.release(true);
  }
});
