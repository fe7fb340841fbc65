import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelJob } from '../../jobs/records/commands.ts';
import type { Settings } from '../../settings/settings.ts';
import { makeEndedJobs, makeEvents, storeSettings } from '../jobs/histories.ts';
import { missing } from '../setup/tools.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('the jobs onlinegc_joblogs and onlinegc_events', { skip: missing('temporal') }, async (t) => {
  // So low that a few pages make the workflow start afresh.
  const jobrunner = await startTestJobrunner(t, { settings: ['limit.historyCount.suggestContinueAsNew=40'] });
  const { pool } = jobrunner;

  const set = (settings: Partial<Settings>) => storeSettings(pool, settings);

  async function count(condition: string, table = 'jobs.jobs'): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM ${table} WHERE ${condition}`);
    return rows[0]?.count ?? -1;
  }

  await t.test('nothing goes until an administrator sets limits', async () => {
    await makeEndedJobs(pool, { count: 20, lines: 3 });
    await makeEvents(pool, 20);
    await set({ jobHistoryToKeep: 1, repoEventHistoryCompactionEnabled: true });
    const jobId = await jobrunner.submit('onlinegc_joblogs');
    assert.deepEqual((await jobrunner.ended(jobId)).result, {
      dryRun: false,
      isOn: false,
      jobsRemoved: 0,
      linesRemoved: 0,
    });
    assert.match((await jobrunner.messages(jobId)).join(), /jobHistoryCompactionEnabled with jobHistoryToKeep/);
    const events = await jobrunner.ended(await jobrunner.submit('onlinegc_events'));
    assert.deepEqual(events.result, { dryRun: false, isOn: false, eventsRemoved: 0 });
    assert.equal(await count(`id LIKE 'old-%'`), 20);
  });

  await t.test('a dry run counts what would go', async () => {
    await set({ jobHistoryCompactionEnabled: true, jobHistoryMaxAge: '15m30s' });
    const jobId = await jobrunner.submit('onlinegc_joblogs', { parameters: { dryRun: 'true', batchSize: '2' } });
    assert.deepEqual((await jobrunner.ended(jobId)).result, {
      dryRun: true,
      isOn: true,
      jobsRemoved: 5,
      linesRemoved: 15,
    });
    assert.equal(await count(`id LIKE 'old-%'`), 20);
    await set({ repoEventHistoryCompactionEnabled: true, repoEventHistoryToKeep: 8 });
    const events = await jobrunner.ended(
      await jobrunner.submit('onlinegc_events', { parameters: { dryRun: 'true', batchSize: '5' } }),
    );
    assert.deepEqual(events.result, { dryRun: true, isOn: true, eventsRemoved: 12 });
    assert.equal(await count('true', 'registry.events'), 20);
  });

  await t.test('a run that continues as new removes what is beyond the limits', async () => {
    await makeEndedJobs(pool, { name: 'many', count: 900, lines: 1 });
    // The jobs of this test are newer, and may be among those that are kept.
    const ended = await count('ended_at IS NOT NULL');
    await set({ jobHistoryCompactionEnabled: true, jobHistoryToKeep: 30 });
    const jobId = await jobrunner.submit('onlinegc_joblogs', { parameters: { batchSize: '1' } });
    const job = await jobrunner.waitFor(jobId, ({ endedAt }) => endedAt !== null);
    const result = job.result as { jobsRemoved: number };
    assert.equal(result.jobsRemoved, ended - 30);
    assert.equal(await count('ended_at IS NOT NULL'), 31, 'those and the job itself');
    assert.equal(await count(`job_id LIKE 'many-%'`, 'jobs.log_lines'), await count(`id LIKE 'many-%'`));
    const history = await jobrunner.temporal.workflow.getHandle(jobId).fetchHistory();
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    assert.ok(started?.continuedExecutionRunId, 'the workflow did not continue as new');
    assert.deepEqual(
      [job.progress].map((progress) => (progress as { total: number }).total),
      [ended - 30],
    );

    await set({ repoEventHistoryCompactionEnabled: true, repoEventHistoryToKeep: 8, repoEventHistoryMaxAge: '5m30s' });
    const events = await jobrunner.ended(await jobrunner.submit('onlinegc_events', { parameters: { batchSize: '3' } }));
    assert.deepEqual(events.result, { dryRun: false, isOn: true, eventsRemoved: 15 });
    assert.equal(await count('true', 'registry.events'), 5);
  });

  await t.test('a cancelled run stops within 5 s, and the next one does the rest', async () => {
    await makeEndedJobs(pool, { name: 'more', count: 20_000 });
    await set({ jobHistoryCompactionEnabled: true, jobHistoryToKeep: 1 });
    const cancelled = await jobrunner.submit('onlinegc_joblogs', { parameters: { batchSize: '1' } });
    await jobrunner.waitFor(cancelled, (job) => job.progress !== null);
    const askedMs = performance.now();
    await cancelJob(pool, cancelled, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(cancelled)).status, 'cancel');
    assert.ok(performance.now() - askedMs < 5_000, 'a cancel took more than 5 s');
    assert.ok((await count(`id LIKE 'more-%'`)) > 1, 'it ran to its end');
    const rest = await jobrunner.ended(await jobrunner.submit('onlinegc_joblogs'));
    assert.equal(rest.status, 'done');
    assert.equal(await count(`id LIKE 'more-%'`), 0);
  });
});
