import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { idleUploadBytes, makeIdleUploads, makeLeftovers } from './idle-uploads.ts';
import { startTestJobrunner, type TestJobrunner } from './test-jobrunner.ts';
import { cancelAfterFirstPage } from './cancelled-run.ts';

async function count({ pool }: TestJobrunner, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM registry.${table}`);
  return rows[0]?.count ?? -1;
}

function files({ blobsPath }: TestJobrunner): Promise<string[]> {
  return readdir(join(blobsPath, 'uploads'));
}

test('the job upload_purge', { skip: missing('temporal') }, async (t) => {
  // So low that a few pages make the workflow start afresh.
  const jobrunner = await startTestJobrunner(t, { settings: ['limit.historyCount.suggestContinueAsNew=40'] });

  await t.test('a dry run tells what would go, in pages, and changes nothing', async () => {
    await makeIdleUploads(jobrunner, 25);
    await makeLeftovers(jobrunner, 12);
    const jobId = await jobrunner.submit('upload_purge', { parameters: { dryRun: 'true', batchSize: '10' } });
    const job = await jobrunner.ended(jobId);
    assert.deepEqual(job.result, {
      dryRun: true,
      uploadsExpired: 25,
      expiredBytes: 25 * idleUploadBytes,
      uploadsRemoved: 0,
      uploadsFailed: 0,
      leftoversFound: 12,
      leftoversRemoved: 0,
      leftoversFailed: 0,
    });
    const messages = await jobrunner.messages(jobId);
    assert.equal(messages.filter((message) => message === 'would remove upload').length, 25);
    assert.equal(await count(jobrunner, 'uploads'), 25);
    assert.equal((await files(jobrunner)).length, 37);
  });

  await t.test('a run that continues as new removes uploads and leftovers, and spares what is young', async () => {
    await makeIdleUploads(jobrunner, 75);
    const [young = ''] = await makeIdleUploads(jobrunner, 1);
    await jobrunner.pool.query('UPDATE registry.uploads SET updated_at = now() WHERE storage_key = $1', [young]);
    const jobId = await jobrunner.submit('upload_purge', { parameters: { batchSize: '10' } });
    const job = await jobrunner.ended(jobId);
    assert.deepEqual(job.result, {
      dryRun: false,
      uploadsExpired: 100,
      expiredBytes: 100 * idleUploadBytes,
      uploadsRemoved: 100,
      uploadsFailed: 0,
      leftoversFound: 12,
      leftoversRemoved: 12,
      leftoversFailed: 0,
    });
    const history = await jobrunner.temporal.workflow.getHandle(jobId).fetchHistory();
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    assert.ok(started?.continuedExecutionRunId, 'the workflow did not continue as new');
    assert.equal(await count(jobrunner, 'expired_uploads'), 0);
    assert.equal(await count(jobrunner, 'uploads'), 1);
    assert.deepEqual(await files(jobrunner), [young]);
  });

  await t.test('a cancelled run stops between pages, and the next one does the rest', async () => {
    await makeIdleUploads(jobrunner, 300);
    await cancelAfterFirstPage(jobrunner, 'upload_purge');
    assert.ok((await files(jobrunner)).length > 1, 'it ran to its end');

    assert.equal((await jobrunner.ended(await jobrunner.submit('upload_purge'))).status, 'done');
    assert.equal((await files(jobrunner)).length, 1);
    for (const table of ['uploads', 'expired_uploads']) {
      assert.equal(await count(jobrunner, table), table === 'uploads' ? 1 : 0);
    }
  });
});
