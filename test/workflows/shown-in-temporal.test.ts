import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAction } from '../../jobs/actions/catalogue.ts';
import { parseDurationMs } from '../../config/duration.ts';
import * as options from '../../workflows/shared/options.ts';
import { workflowOptions } from '../../workers/workflow-options.ts';
import { eventually } from '../e2e/eventually.ts';
import { missing } from '../setup/tools.ts';
import { currentDetails } from './current-details.ts';
import { holdReviews } from './held-reviews.ts';
import { makeOrphans } from './orphans.ts';
import { scheduledInput } from './scheduled-input.ts';
import { publicUrl, startTestJobrunner, testVersion } from './test-jobrunner.ts';

function linkOf(jobId: string): string {
  const url = `${publicUrl}/api/v0/jobs/${encodeURIComponent(jobId)}/logs`;
  return `[${url}](${url})`;
}

test('what Temporal shows of jobs, besides how far they are', { skip: missing('temporal') }, async (t) => {
  const jobrunner = await startTestJobrunner(t, {
    settings: ['limit.historyCount.suggestContinueAsNew=40'],
    isCaching: true,
  });
  const { temporal, pool } = jobrunner;

  await t.test('the details link to the log of the job, whatever started it and in all of its runs', async () => {
    const fromApi = await jobrunner.submit('false');
    const handle = temporal.workflow.getHandle(fromApi);
    await jobrunner.ended(fromApi);
    assert.ok((await (await handle.describe()).staticDetails())?.includes(linkOf(fromApi)));

    const input = { ...scheduledInput('sleep'), parameters: { seconds: '0' } };
    const action = findAction('sleep');
    assert.ok(action);
    const { workflowId: fromSchedule } = await temporal.workflow.start('sleep', {
      ...workflowOptions(action, input, { publicUrl }),
      workflowId: 'sleep:night-2030-01-01T00:00:00Z',
      args: [input],
    });
    const jobsUrl = `${publicUrl}/api/v0/jobs?action=sleep`;
    const scheduled = await temporal.workflow.getHandle(fromSchedule).describe();
    assert.ok((await scheduled.staticDetails())?.includes(`[${jobsUrl}](${jobsUrl})`));

    await makeOrphans(jobrunner, 20);
    const paged = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '1' } });
    await jobrunner.ended(paged);
    const lastRun = (await temporal.workflow.getHandle(paged).describe()).runId;
    const { rows } = await pool.query<{ runId: string }>('SELECT run_id AS "runId" FROM jobs.jobs WHERE id = $1', [
      paged,
    ]);
    assert.notEqual(lastRun, rows[0]?.runId, 'it has not continued as new');

    const parent = await jobrunner.submit('onlinegc');
    for (const jobId of [fromApi, fromSchedule, paged, `${parent}:onlinegc_blobs`, parent]) {
      await jobrunner.ended(jobId);
      assert.ok((await currentDetails(temporal, jobId)).endsWith(`**Log:** ${linkOf(jobId)}`), jobId);
    }
  });

  await t.test('an attempt is shown with the limit of its activity', async () => {
    const client = await holdReviews(pool);
    try {
      const jobId = await jobrunner.submit('onlinegc_blobs');
      const handle = temporal.workflow.getHandle(jobId);
      const pending = await eventually('an activity', async () => {
        const found = await handle.describe().catch(() => undefined);
        return found?.raw.pendingActivities?.[0];
      });
      assert.equal(pending.maximumAttempts, options.pageOptions.retry.maximumAttempts);
      await handle.terminate();
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  await t.test('BuildId is the version of the program', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '0' } });
    await jobrunner.ended(jobId);
    const { events } = await temporal.workflow.getHandle(jobId).fetchHistory();
    const task = events?.find((event) => event.workflowTaskCompletedEventAttributes);
    const { deploymentVersion, workerVersion } = task?.workflowTaskCompletedEventAttributes ?? {};
    // The former where versions are told apart.
    assert.equal(deploymentVersion?.buildId ?? workerVersion?.buildId, testVersion);
  });
});

test('every kind of activity has a limit of attempts, which none reaches before the time that it has', () => {
  for (const [name, { scheduleToCloseTimeout, retry, ...rest }] of Object.entries(options)) {
    // Local activities are part of a task of the workflow, which shows no attempts.
    if (!('taskQueue' in rest)) continue;
    assert.ok('maximumAttempts' in retry, name);
    if (retry.maximumAttempts < 100) continue;
    const timeoutMs = ms(scheduleToCloseTimeout);
    const [firstMs, mostMs] = [
      ms(retry.initialInterval),
      'maximumInterval' in retry ? ms(retry.maximumInterval) : Infinity,
    ];
    let untilMs = 0;
    for (let attempt = 1; attempt < retry.maximumAttempts; attempt++) {
      untilMs += Math.min(mostMs, firstMs * 2 ** (attempt - 1));
    }
    assert.ok(untilMs >= timeoutMs, `${name}: the attempts are over after ${untilMs} ms of ${timeoutMs}`);
    assert.ok(untilMs < timeoutMs * 1.1, `${name}: so many attempts never fit`);
  }
});

function ms(text: string): number {
  const [, count = '', unit = ''] = /^(\d+) (second|minute|hour|day)s?$/.exec(text) ?? [];
  const parsed = parseDurationMs(`${count}${unit === 'day' ? 'd' : unit.slice(0, 1)}`) ?? Number(count) * 86_400_000;
  assert.ok(parsed > 0, text);
  return parsed;
}
