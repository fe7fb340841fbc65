import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObjectNotFoundError } from '../../registry/store/blob-store.ts';
import { makeOrphans } from './orphans.ts';
import { startTestJobrunner, type TestJobrunner } from './test-jobrunner.ts';
import { cancelAfterFirstPage } from './cancelled-run.ts';

async function count({ pool }: TestJobrunner, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM registry.${table}`);
  return rows[0]?.count ?? -1;
}

async function runs({ temporal }: TestJobrunner, jobId: string): Promise<number> {
  const history = await temporal.workflow.getHandle(jobId).fetchHistory();
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  return started?.continuedExecutionRunId ? 2 : 1;
}

test('the job onlinegc_blobs', async (t) => {
  // So low that a few pages make the workflow start afresh.
  const jobrunner = await startTestJobrunner(t, { settings: ['limit.historyCount.suggestContinueAsNew=40'] });

  await t.test('a dry run tells what would go, in pages, and changes nothing', async () => {
    await makeOrphans(jobrunner, 25);
    const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { dryRun: 'true', batchSize: '10' } });
    const job = await jobrunner.ended(jobId);
    assert.deepEqual(job.result, {
      dryRun: true,
      blobsReviewed: 25,
      blobsOrphaned: 25,
      orphanedBytes: 25 * 64,
      objectsDeleted: 0,
      freedBytes: 0,
      objectsFailed: 0,
      isOutOfTime: false,
    });
    const messages = await jobrunner.messages(jobId);
    assert.equal(messages.filter((message) => message === 'would delete').length, 25);
    assert.equal(await count(jobrunner, 'blobs'), 25);
    assert.equal(await count(jobrunner, 'blob_reviews'), 25);
  });

  await t.test('a run that continues as new deletes every orphan once, rows and bytes', async () => {
    const keys = await makeOrphans(jobrunner, 175);
    const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '10' } });
    const job = await jobrunner.ended(jobId);
    assert.equal(job.status, 'done');
    assert.deepEqual(job.result, {
      dryRun: false,
      blobsReviewed: 200,
      blobsOrphaned: 200,
      orphanedBytes: 200 * 64,
      objectsDeleted: 200,
      freedBytes: 200 * 64,
      objectsFailed: 0,
      isOutOfTime: false,
    });
    assert.equal(await runs(jobrunner, jobId), 2, 'the workflow did not continue as new');
    for (const table of ['blobs', 'blob_reviews', 'deleted_objects']) assert.equal(await count(jobrunner, table), 0);
    for (const key of keys) await assert.rejects(jobrunner.blobStore.open(key), ObjectNotFoundError);
    assert.deepEqual((await jobrunner.messages(jobId)).filter((message) => message === 'started').length, 1);
  });

  await t.test('a cancelled run stops between pages, and the next one does the rest', async () => {
    await makeOrphans(jobrunner, 300);
    await cancelAfterFirstPage(jobrunner, 'onlinegc_blobs');
    assert.ok((await count(jobrunner, 'blobs')) + (await count(jobrunner, 'deleted_objects')) > 0, 'it ran to its end');

    assert.equal((await jobrunner.ended(await jobrunner.submit('onlinegc_blobs'))).status, 'done');
    for (const table of ['blobs', 'blob_reviews', 'deleted_objects']) assert.equal(await count(jobrunner, table), 0);
  });
});
