import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelJob } from '../../jobs/records/commands.ts';
import { pauseJob, resumeJob } from '../../jobs/records/pause.ts';
import { deleteRepository } from '../../registry/repositories/delete-repository.ts';
import { taskQueues } from '../../jobs/task-queues.ts';
import { makeEvents, storeSettings } from '../jobs/histories.ts';
import { makeOrphans } from './orphans.ts';
import { scheduledInput } from './scheduled-input.ts';
import { startTestJobrunner, type TestJobrunner } from './test-jobrunner.ts';
import { makeUntagged } from './untagged.ts';

async function count({ pool }: TestJobrunner, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM registry.${table}`);
  return rows[0]?.count ?? -1;
}

test('the job onlinegc_metadata', async (t) => {
  // So low that a few pages make the workflow start afresh.
  const jobrunner = await startTestJobrunner(t, { settings: ['limit.historyCount.suggestContinueAsNew=40'] });
  const { pool } = jobrunner;

  await t.test('a dry run tells what would go, in pages, and changes nothing', async () => {
    await makeUntagged(jobrunner, 'app', 25);
    const jobId = await jobrunner.submit('onlinegc_metadata', { parameters: { dryRun: 'true', batchSize: '10' } });
    assert.deepEqual((await jobrunner.ended(jobId)).result, {
      dryRun: true,
      repositoriesEmptied: 0,
      manifestsEmptied: 0,
      manifestsReviewed: 25,
      manifestsDeleted: 25,
      deletedBytes: 50,
      manifestsKept: 0,
      isOutOfTime: false,
    });
    assert.equal((await jobrunner.messages(jobId)).filter((message) => message === 'would delete').length, 25);
    assert.equal(await count(jobrunner, 'manifests'), 25);
  });

  await t.test('a run that continues as new deletes every manifest once', async () => {
    await makeUntagged(jobrunner, 'app', 175);
    const job = await jobrunner.ended(await jobrunner.submit('onlinegc_metadata', { parameters: { batchSize: '10' } }));
    assert.equal(job.status, 'done', job.failure ?? '');
    assert.deepEqual([(job.result as { manifestsDeleted: number }).manifestsDeleted], [200]);
    assert.equal(await count(jobrunner, 'manifests'), 0);
  });

  await t.test('the job that the deletion of a repository makes takes away what was in it', async () => {
    await makeUntagged(jobrunner, 'gone', 120);
    await makeUntagged(jobrunner, 'stays', 1);
    await pool.query(`UPDATE registry.repositories SET untagged_manifests = 'keep'`);
    await deleteRepository(pool, { namespace: 'admin', name: 'gone', requestedBy: 'admin' });
    jobrunner.wakeDispatcher.send();
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM jobs.jobs WHERE action = 'onlinegc_metadata' AND trigger = 'event'`,
    );
    const job = await jobrunner.ended(rows[0]?.id ?? '');
    assert.equal(job.status, 'done', job.failure ?? '');
    assert.deepEqual([await count(jobrunner, 'manifests'), await count(jobrunner, 'repositories')], [1, 2]);
    await pool.query(`UPDATE registry.repositories SET untagged_manifests = 'delete'`);
  });

  await t.test('a rate limit makes it slow, a time limit ends it, and the next run goes on', async () => {
    await makeUntagged(jobrunner, 'app', 60);
    const parameters = { batchSize: '10', maxPerSecond: '10', maxDuration: '1500ms' };
    const job = await jobrunner.ended(await jobrunner.submit('onlinegc_metadata', { parameters }));
    const result = job.result as { isOutOfTime: boolean; manifestsDeleted: number };
    assert.equal(result.isOutOfTime, true);
    assert.ok(result.manifestsDeleted > 0 && result.manifestsDeleted <= 30, JSON.stringify(result));
  });

  await t.test('a cancel is heard while it waits for its rate', async () => {
    await makeUntagged(jobrunner, 'app', 100);
    const parameters = { batchSize: '100', maxPerSecond: '1' };
    const jobId = await jobrunner.submit('onlinegc_metadata', { parameters });
    await jobrunner.waitFor(jobId, (job) => job.progress !== null);
    const askedMs = performance.now();
    await cancelJob(pool, jobId, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(jobId)).status, 'cancel');
    assert.ok(performance.now() - askedMs < 5_000, 'a cancel took more than 5 s');
  });
});

test('the job onlinegc', async (t) => {
  const jobrunner = await startTestJobrunner(t, { isCaching: true });
  const { pool } = jobrunner;

  await t.test('onlinegc runs them all, each a job of its own, and sums up', async () => {
    await makeUntagged(jobrunner, 'app', 30);
    await makeOrphans(jobrunner, 5);
    const dry = await jobrunner.ended(await jobrunner.submit('onlinegc', { parameters: { dryRun: 'true' } }));
    const listed = dry.result as { collections: Record<string, Record<string, number>>; notListed?: string };
    assert.match(listed.notListed ?? '', /^blobs and manifests that only .* still name: a real run takes them as well/);
    assert.deepEqual(
      [await count(jobrunner, 'manifests'), listed.collections['onlinegc_blobs']?.['blobsOrphaned']],
      [30, 5],
    );
    const jobId = await jobrunner.submit('onlinegc');
    const parts = ['onlinegc_metadata', 'onlinegc_blobs', 'upload_purge', 'onlinegc_joblogs', 'onlinegc_events'];
    for (const action of parts) {
      assert.equal((await jobrunner.ended(`${jobId}:${action}`)).status, 'done');
    }
    const job = await jobrunner.ended(jobId);
    assert.equal(job.status, 'done', job.failure ?? '');
    const { collections, notListed } = job.result as typeof listed;
    assert.equal(notListed, undefined, 'a real run takes all');
    assert.equal(collections['onlinegc_metadata']?.['manifestsDeleted'], 30);
    assert.equal(collections['onlinegc_blobs']?.['objectsDeleted'], 5);
    const { rows } = await pool.query<{ action: string; status: string }>(
      `SELECT action, status FROM jobs.jobs WHERE id LIKE $1 || ':%' ORDER BY scheduled_at`,
      [job.id],
    );
    assert.deepEqual(
      rows.map(({ action, status }) => [action, status]),
      parts.map((action) => [action, 'done']),
    );
    assert.deepEqual(collections['onlinegc_events'], { dryRun: false, isOn: false, eventsRemoved: 0 });
  });

  await t.test('onlinegc cuts histories as far as the settings say', async () => {
    await storeSettings(pool, { repoEventHistoryCompactionEnabled: true, repoEventHistoryToKeep: 1 });
    await makeEvents(pool, 20);
    const job = await jobrunner.ended(await jobrunner.submit('onlinegc'));
    const { collections } = job.result as { collections: Record<string, Record<string, unknown>> };
    assert.equal(collections['onlinegc_events']?.['isOn'], true);
    assert.equal(await count(jobrunner, 'events'), 1);
    await pool.query('DELETE FROM jobs.settings');
  });

  await t.test('a run by a cron leaves a history to its own cron, unless that is paused', async () => {
    for (const name of ['onlinegc_joblogs', 'onlinegc_events']) {
      await pool.query(
        `INSERT INTO jobs.crons (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout,
           requested_by, is_paused) VALUES ($1, $1, '@daily', 0, '{}', '{}', '', '', 'admin', $2)`,
        [name, name === 'onlinegc_events'],
      );
    }
    const workflowId = 'onlinegc:by-a-cron';
    await jobrunner.temporal.workflow.start('onlinegc', {
      workflowId,
      taskQueue: taskQueues.control,
      args: [scheduledInput('onlinegc')],
    });
    const result = (await jobrunner.ended(workflowId)).result as { collections: object; leftToCrons: string[] };
    assert.deepEqual(result.leftToCrons, ['onlinegc_joblogs']);
    assert.deepEqual(Object.keys(result.collections).sort(), [
      'onlinegc_blobs',
      'onlinegc_events',
      'onlinegc_metadata',
      'upload_purge',
    ]);
    await pool.query('DELETE FROM jobs.crons');
  });

  await t.test('a pause of onlinegc pauses the collection that runs, and both go on', async () => {
    await makeUntagged(jobrunner, 'app', 60);
    const jobId = await jobrunner.submit('onlinegc', { parameters: { batchSize: '10', maxPerSecond: '10' } });
    const part = `${jobId}:onlinegc_metadata`;
    await jobrunner.waitFor(part, (job) => job.progress !== null);
    assert.deepEqual(await pauseJob(pool, { jobId, requestedBy: 'ada', note: 'backup' }), {
      kind: 'accepted',
      action: 'onlinegc',
    });
    jobrunner.wakeDispatcher.send();
    await jobrunner.waitFor(part, (job) => job.paused);
    await jobrunner.waitFor(jobId, (job) => job.paused);
    const left = await count(jobrunner, 'manifests');
    assert.ok(left > 0, 'it was paused in the middle');
    await delay(2_500);
    assert.equal(await count(jobrunner, 'manifests'), left, 'it went on while it was paused');
    await resumeJob(pool, { jobId, requestedBy: 'ada', note: '' });
    jobrunner.wakeDispatcher.send();
    const job = await jobrunner.ended(jobId);
    assert.deepEqual([job.status, job.paused], ['done', false]);
    assert.equal(await count(jobrunner, 'manifests'), 0);
    assert.deepEqual(
      (await jobrunner.messages(part)).filter((message) => message === 'paused' || message === 'resumed'),
      ['paused', 'resumed'],
    );
  });

  await t.test('a cancel of onlinegc cancels the collection that runs', async () => {
    await makeUntagged(jobrunner, 'app', 100);
    const parameters = { batchSize: '10', maxPerSecond: '1' };
    const jobId = await jobrunner.submit('onlinegc', { parameters });
    await jobrunner.waitFor(`${jobId}:onlinegc_metadata`, (job) => job.progress !== null);
    await cancelJob(pool, jobId, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(`${jobId}:onlinegc_metadata`)).status, 'cancel');
    assert.equal((await jobrunner.ended(jobId)).status, 'cancel');
  });
});
