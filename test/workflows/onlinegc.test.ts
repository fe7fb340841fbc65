import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelJob } from '../../jobs/commands.ts';
import { deleteRepository } from '../../registry/delete-repository.ts';
import { makeOrphans } from './orphans.ts';
import { startTestJobrunner, type TestJobrunner } from './test-jobrunner.ts';
import { makeUntagged } from './untagged.ts';

async function count({ pool }: TestJobrunner, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM registry.${table}`);
  return rows[0]?.count ?? -1;
}

test('the jobs onlinegc_metadata and onlinegc', async (t) => {
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

  await t.test('onlinegc runs them all, each a job of its own, and sums up', async () => {
    await makeOrphans(jobrunner, 5);
    const left = await count(jobrunner, 'manifests');
    const jobId = await jobrunner.submit('onlinegc');
    for (const action of ['onlinegc_metadata', 'onlinegc_blobs', 'upload_purge']) {
      assert.equal((await jobrunner.ended(`${jobId}:${action}`)).status, 'done');
    }
    const job = await jobrunner.ended(jobId);
    assert.equal(job.status, 'done', job.failure ?? '');
    const { collections } = job.result as { collections: Record<string, Record<string, number>> };
    // That of `stays` was kept before, and is looked at again in a day.
    assert.equal(collections['onlinegc_metadata']?.['manifestsDeleted'], left - 1);
    assert.equal(collections['onlinegc_blobs']?.['objectsDeleted'], 5);
    const { rows } = await pool.query<{ action: string; status: string }>(
      `SELECT action, status FROM jobs.jobs WHERE id LIKE $1 || ':%' ORDER BY scheduled_at`,
      [job.id],
    );
    assert.deepEqual(
      rows.map(({ action, status }) => [action, status]),
      [
        ['onlinegc_metadata', 'done'],
        ['onlinegc_blobs', 'done'],
        ['upload_purge', 'done'],
      ],
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
