import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { cancelJob } from '../../jobs/records/commands.ts';
import { progressQuery } from '../../workflows/shared/progress.ts';
import { shownState } from './current-details.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('the jobs sleep and false', async (t) => {
  const jobrunner = await startTestJobrunner(t);
  const { pool, temporal } = jobrunner;

  await t.test('sleep ends as done, with its result and its log', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '1' } });
    const job = await jobrunner.ended(jobId);
    assert.equal(job.status, 'done');
    assert.deepEqual(job.result, { seconds: 1 });
    assert.equal(job.workerId, 'test-worker');
    assert.deepEqual(await jobrunner.messages(jobId), ['started', 'done']);
  });

  await t.test('a short timer is short: Temporal adds no second to it', async () => {
    const runsMs: number[] = [];
    for (let count = 0; count < 5; count++) {
      const job = await jobrunner.ended(await jobrunner.submit('sleep', { parameters: { seconds: '0' } }));
      runsMs.push(Number(job.endedAt) - Number(job.startedAt));
    }
    assert.ok(Math.min(...runsMs) < 600, `they took ${runsMs.join(', ')} ms`);
  });

  await t.test('an operator sees summary, details, attributes and progress in Temporal', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '100' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    const handle = temporal.workflow.getHandle(jobId);
    const describe = async () => {
      const description = await handle.describe();
      const pairs = description.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value] as const);
      return { description, attributes: Object.fromEntries<unknown>(pairs) };
    };
    // The row says running a moment before the workflow begins.
    let { description, attributes } = await describe();
    for (let tries = 0; attributes['JobPhase'] === undefined && tries < 100; tries++) {
      await delay(50);
      ({ description, attributes } = await describe());
    }
    assert.equal(await description.staticSummary(), 'sleep');
    const details = (await description.staticDetails()) ?? '';
    for (const part of ['asked for through the API', '`tester`', '`seconds`: `100`', 'Stopping it']) {
      assert.ok(details.includes(part), `${details} lacks ${part}`);
    }
    assert.equal(attributes['JobAction'], 'sleep');
    assert.equal(attributes['JobTrigger'], 'api');
    assert.equal(attributes['RequestedBy'], 'tester');
    assert.equal(attributes['JobPhase'], 'sleeping');
    assert.equal(attributes['DryRun'], false);
    assert.equal(description.priority?.priorityKey, 3);
    assert.deepEqual(await handle.query(progressQuery), {
      phase: 'sleeping',
      itemsDone: 0,
      note: 'Wakes after 100 s.',
    });
    await cancelJob(pool, jobId, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(jobId)).status, 'cancel');
  });

  await t.test('cancel ends a sleeping job, in Temporal too', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '100' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    assert.deepEqual(await cancelJob(pool, jobId, 'somebody'), { found: true, wakeDispatcher: true });
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(jobId)).status, 'cancel');
    assert.deepEqual(await jobrunner.messages(jobId), ['started', 'cancel requested', 'canceled']);
    await assert.rejects(temporal.workflow.getHandle(jobId).result(), /cancel/i);
  });

  await t.test('false fails, and is tried again as new jobs', async () => {
    const first = await jobrunner.submit('false', { retries: 2 });
    const last = await jobrunner.ended(`${first}~2`);
    assert.equal(last.status, 'error');
    assert.equal(last.failure, 'the job "false" always fails');
    assert.equal(last.retryFromId, `${first}~1`);
    assert.deepEqual([last.retriesLeft, last.retriesTotal, last.trigger], [0, 2, 'retry']);
    assert.deepEqual(await jobrunner.messages(first), ['started', 'failed']);
    const { rowCount } = await pool.query(`SELECT FROM jobs.jobs WHERE id LIKE $1 || '%'`, [first]);
    assert.equal(rowCount, 3);
  });

  await t.test('a deadline ends the job as one that failed, in Temporal too, and it is tried again', async () => {
    const request = { parameters: { seconds: '100' }, deadline: '500ms', retries: 1 };
    const jobId = await jobrunner.submit('sleep', request);
    const job = await jobrunner.ended(jobId);
    const failure = 'deadline: it ran longer than 500ms';
    assert.deepEqual([job.status, job.failure], ['error', failure]);
    assert.ok(Number(job.endedAt) - Number(job.startedAt) < 5_000);
    assert.deepEqual(await jobrunner.messages(jobId), ['started', 'deadline', 'failed']);
    const handle = temporal.workflow.getHandle(jobId);
    await assert.rejects(handle.result(), ({ cause }: Error) => {
      assert.ok(cause instanceof ApplicationFailure);
      assert.deepEqual([cause.type, cause.message], ['DEADLINE_EXCEEDED', failure]);
      return true;
    });
    assert.equal((await handle.describe()).status.name, 'FAILED');
    const { events } = await handle.fetchHistory();
    const asked = events?.find((event) => event.workflowExecutionCancelRequestedEventAttributes);
    assert.equal(asked?.workflowExecutionCancelRequestedEventAttributes?.cause, failure);
    const last = await jobrunner.ended(`${jobId}~1`);
    assert.deepEqual([last.status, last.failure, last.retriesLeft], ['error', failure, 0]);
  });

  await t.test('the current details of a workflow that has ended are its last word', async () => {
    const lastWord = (jobId: string) => shownState(temporal, jobId);
    const done = await jobrunner.submit('sleep', { parameters: { seconds: '0' } });
    await jobrunner.ended(done);
    assert.equal(await lastWord(done), '**Done.**\n\n- seconds: 0');
    const failed = await jobrunner.submit('false');
    await jobrunner.ended(failed);
    assert.equal(await lastWord(failed), '**Failed:** the job "false" always fails');
    const late = await jobrunner.submit('sleep', { parameters: { seconds: '100' }, deadline: '200ms' });
    await jobrunner.ended(late);
    assert.equal(await lastWord(late), '**Failed:** deadline: it ran longer than 200ms');
    const cancelled = await jobrunner.submit('sleep', { parameters: { seconds: '100' } });
    await jobrunner.waitFor(cancelled, (job) => job.status === 'running');
    await cancelJob(pool, cancelled, 'tester');
    jobrunner.wakeDispatcher.send();
    await jobrunner.ended(cancelled);
    assert.equal(await lastWord(cancelled), '**Canceled.**');
  });

  await t.test('a parameter that makes no sense ends the job with a clear failure', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: 'many' } });
    const job = await jobrunner.ended(jobId);
    assert.equal(job.status, 'error');
    assert.match(job.failure ?? '', /parameter seconds of the job must be a whole number from 0 to 999999, not "many"/);
  });

  await t.test('a job for later does not start before its time', async () => {
    const scheduledAt = new Date(Date.now() + 1_500);
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '0' }, scheduledAt });
    const job = await jobrunner.ended(jobId);
    assert.ok(Number(job.startedAt) >= scheduledAt.getTime(), `${job.startedAt?.toISOString()} is too early`);
  });
});
