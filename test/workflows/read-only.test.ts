import assert from 'node:assert/strict';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { actions } from '../../jobs/actions/catalogue.ts';
import { storeSettings } from '../jobs/histories.ts';
import { missing } from '../setup/tools.ts';
import { makeIdleUploads, makeLeftovers } from './idle-uploads.ts';
import { makeOrphans } from './orphans.ts';
import { startTestJobrunner, type TestJobrunner } from './test-jobrunner.ts';
import { makeUntagged } from './untagged.ts';

/** Something to do for every job that takes content away. */
async function makeGarbage(jobrunner: TestJobrunner): Promise<void> {
  const { pool, blobStore, blobsPath } = jobrunner;
  await makeUntagged(jobrunner, 'app', 3);
  await makeUntagged(jobrunner, 'gone', 3);
  await pool.query(
    `UPDATE registry.repositories SET namespace = NULL, deleted_namespace = 'admin', deleted_at = now() WHERE name = 'gone'`,
  );
  await makeOrphans(jobrunner, 3);
  await makeIdleUploads(jobrunner, 3);
  await makeLeftovers(jobrunner, 3);
  const then = new Date(Date.now() - 3 * 86_400_000);
  for (const isListed of [true, false]) {
    const key = blobStore.newKey();
    await blobStore.append(key, 0, Readable.from([Buffer.from('unowned')]));
    await blobStore.commit(key, 7);
    await utimes(join(blobsPath, 'blobs', key.slice(0, 2), key), then, then);
    if (isListed)
      await pool.query('INSERT INTO registry.deleted_objects (storage_key, size_bytes) VALUES ($1, 7)', [key]);
  }
}

/** What is stored, in the database and on disk. */
async function contentOf({ pool, blobsPath }: TestJobrunner): Promise<unknown> {
  const tables = [
    'repositories',
    'manifests',
    'tags',
    'blobs',
    'repository_blobs',
    'uploads',
    'deleted_objects',
    'expired_uploads',
  ];
  const counts = await Promise.all(
    tables.map(async (table) => (await pool.query(`SELECT FROM registry.${table}`)).rowCount),
  );
  return [counts, (await readdir(blobsPath, { recursive: true })).toSorted()];
}

/** The type of the failure of the activity that has ended a workflow. */
async function failureType({ temporal }: TestJobrunner, jobId: string): Promise<unknown> {
  const error: unknown = await temporal.workflow
    .getHandle(jobId)
    .result()
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof WorkflowFailedError && error.cause instanceof ActivityFailure, String(error));
  return error.cause.cause instanceof ApplicationFailure ? error.cause.cause.type : error.cause.cause;
}

// Those that end in an error while the registry is read-only, where they are told to do all that they can do.
const stopped = ['gc_audit', 'onlinegc', 'onlinegc_blobs', 'onlinegc_metadata', 'upload_purge'];
// Those that need what a test of theirs has: events and webhooks, a directory, a server for reports.
const elsewhere = ['webhook', 'ldap_sync', 'analytics_report', 'sleep', 'false'];

test('read-only, no job takes content away', { skip: missing('temporal'), timeout: 120_000 }, async (t) => {
  const jobrunner = await startTestJobrunner(t, { isCaching: true });
  await makeGarbage(jobrunner);
  await storeSettings(jobrunner.pool, { readOnlyRegistry: true });
  const before = await contentOf(jobrunner);
  const failed: string[] = [];
  for (const { name, parameters } of actions) {
    if (elsewhere.includes(name)) continue;
    const all = { ...('repair' in parameters && { repair: 'true' }) };
    const job = await jobrunner.ended(await jobrunner.submit(name, { parameters: all }));
    if (job.status === 'error') {
      failed.push(name);
      assert.match(job.failure ?? '', /read-only just now, by the setting readOnlyRegistry/, name);
      if (name !== 'onlinegc') assert.equal(await failureType(jobrunner, job.id), 'REGISTRY_READ_ONLY', name);
    } else assert.equal(job.status, 'done', name);
    assert.deepEqual(await contentOf(jobrunner), before, name);
  }
  assert.deepEqual(failed.toSorted(), stopped);

  // What only looks goes on.
  for (const name of ['onlinegc', 'upload_purge']) {
    const dryRun = await jobrunner.ended(await jobrunner.submit(name, { parameters: { dryRun: 'true' } }));
    assert.equal(dryRun.status, 'done', dryRun.failure ?? '');
  }
  const audit = await jobrunner.ended(await jobrunner.submit('gc_audit'));
  assert.equal(audit.status, 'done', audit.failure ?? '');

  await storeSettings(jobrunner.pool, { readOnlyRegistry: false });
  for (const name of stopped) {
    const repair = name === 'gc_audit' ? { repair: 'true' } : {};
    const job = await jobrunner.ended(await jobrunner.submit(name, { parameters: repair }));
    assert.equal(job.status, 'done', `${name}: ${job.failure}`);
  }
  assert.notDeepEqual(await contentOf(jobrunner), before, 'there was something to take away');
});
