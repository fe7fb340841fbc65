import { CancelledFailure } from '@temporalio/activity';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { createBlobCollectionActivities } from '../../activities/blob-collection.ts';
import type { CollectionObserver } from '../../activities/collection-observer.ts';
import { createMetadataCollectionActivities } from '../../activities/metadata-collection.ts';
import { createStorageAuditActivities } from '../../activities/storage-audit.ts';
import { createUploadPurgeActivities } from '../../activities/upload-purge.ts';
import { databaseNow } from '../../registry/collection/collect-blobs.ts';
import { deleteRepository } from '../../registry/repositories/delete-repository.ts';
import { runIn, startJob, type TestJob } from './test-activities.ts';
import { makeUntagged } from '../workflows/untagged.ts';
import { blobBytes, startBlobs, type TestBlobs } from './test-blobs.ts';

interface Collections extends TestJob {
  readonly blobs: TestBlobs;
  /** What was told, added up by `reviewed blob` and the like; what adds up to nothing is left out. */
  readonly told: () => Record<string, number>;
  readonly blobCollection: ReturnType<typeof createBlobCollectionActivities>;
  readonly metadataCollection: ReturnType<typeof createMetadataCollectionActivities>;
  readonly uploadPurge: ReturnType<typeof createUploadPurgeActivities>;
  readonly audit: ReturnType<typeof createStorageAuditActivities>;
}

async function startCollections(t: TestContext): Promise<Collections> {
  const job = await startJob(t, 'onlinegc');
  const blobs = await startBlobs(t, job.pool);
  const sums = new Map<string, number>();
  const add = (name: string, count: number): void => void sums.set(name, (sums.get(name) ?? 0) + count);
  const collectionObserver: CollectionObserver = {
    reviewed: (kind, count) => add(`reviewed ${kind}`, count),
    deleted: (kind, count) => add(`deleted ${kind}`, count),
    freed: (sizeBytes) => add('freed', sizeBytes),
    failed: (count) => add('failed', count),
  };
  const deps = {
    pool: job.pool,
    jobLog: job.jobLog,
    blobStore: blobs.store,
    cache: { publish: () => Promise.resolve() },
    wakeDispatcher: { send: () => undefined },
    publicUrl: 'http://registry.example:8080',
    uploadExpiryMs: 1,
    collectionObserver,
  };
  return {
    ...job,
    blobs,
    told: () => Object.fromEntries([...sums].filter(([, sum]) => sum !== 0)),
    blobCollection: createBlobCollectionActivities(deps),
    metadataCollection: createMetadataCollectionActivities(deps),
    uploadPurge: createUploadPurgeActivities(deps),
    audit: createStorageAuditActivities(deps),
  };
}

/** Lays an object of `blobBytes` into the store that no row names. Gives its key. */
async function addUnowned({ pool, blobs }: Collections): Promise<string> {
  const { id, key } = await blobs.add();
  await pool.query('DELETE FROM registry.blobs WHERE id = $1', [id]);
  return key;
}

// What is shown in the row of the job is another test's.
const progress = { phase: 'working', itemsDone: 0 } as const;

test('blobs and objects are told as they go, and a dry run tells nothing', async (t) => {
  const collections = await startCollections(t);
  const { blobs, blobCollection, environment, told } = collections;
  await blobs.add();
  await blobs.add();
  await blobs.name(await blobs.add(), 'app');
  await blobs.addUndeletable();
  const review = { limit: 10, busyPercent: 100, cursor: undefined, itemsListed: 0, progress };
  await runIn(environment(), () => blobCollection.reviewBlobs({ ...review, dryRun: true }));
  assert.deepEqual(told(), {});
  await runIn(environment(), () => blobCollection.reviewBlobs({ ...review, dryRun: false }));
  assert.deepEqual(told(), { 'reviewed blob': 3, 'deleted blob': 2 });
  const startedAt = await databaseNow(collections.pool);
  await runIn(environment(), () => blobCollection.deleteObjects({ limit: 10, busyPercent: 100, startedAt, progress }));
  assert.deepEqual(told(), {
    'reviewed blob': 3,
    'deleted blob': 2,
    'deleted object': 2,
    freed: 2 * blobBytes,
    failed: 1,
  });
});

test('what a cancel keeps from being deleted is no failure', async (t) => {
  const collections = await startCollections(t);
  const { pool, blobs, blobCollection, environment, told } = collections;
  for (let index = 0; index < 40; index++) await blobs.add();
  const review = { limit: 100, busyPercent: 100, dryRun: false, cursor: undefined, itemsListed: 0, progress };
  await runIn(environment(), () => blobCollection.reviewBlobs(review));
  const canceled = environment();
  const startedAt = await databaseNow(pool);
  const running = runIn(canceled, () =>
    blobCollection.deleteObjects({ limit: 100, busyPercent: 100, startedAt, progress }),
  );
  const rejected = assert.rejects(running, CancelledFailure);
  canceled.cancel();
  await rejected;
  const left = (await blobs.toDelete()).length;
  assert.ok(left > 0, 'it did not go through all of them');
  assert.equal(told()['deleted object'] ?? 0, 40 - left);
  assert.equal(told()['freed'] ?? 0, (40 - left) * blobBytes);
  assert.equal(told()['failed'], undefined);
});

test('manifests are told, those of deleted repositories as well', async (t) => {
  const collections = await startCollections(t);
  const { pool, metadataCollection, environment, told } = collections;
  await makeUntagged(collections, 'app', 3);
  await makeUntagged(collections, 'gone', 4);
  await deleteRepository(pool, { namespace: 'admin', name: 'gone', requestedBy: 'admin' });
  await pool.query(`UPDATE registry.manifest_reviews SET review_after = now() - interval '1 minute'`);
  const review = { limit: 100, busyPercent: 100, cursor: undefined, itemsListed: 0, progress };
  await runIn(environment(), () => metadataCollection.reviewManifests({ ...review, dryRun: true }));
  assert.deepEqual(told(), {});
  for (let hasMore = true; hasMore;) {
    const empty = { limit: 100, busyPercent: 100, progress };
    ({ hasMore } = await runIn(environment(), () => metadataCollection.emptyRepositories(empty)));
  }
  assert.deepEqual(told(), { 'deleted manifest': 4, 'deleted repository': 1 });
  await runIn(environment(), () => metadataCollection.reviewManifests({ ...review, dryRun: false }));
  assert.deepEqual(told(), { 'reviewed manifest': 3, 'deleted manifest': 7, 'deleted repository': 1 });
});

test('uploads are told once the store has nothing of them, and so are leftovers', async (t) => {
  const collections = await startCollections(t);
  const { pool, blobs, uploadPurge, environment, told } = collections;
  await pool.query(`INSERT INTO registry.repositories (namespace, name) VALUES ('admin', 'app')`);
  const keys = [blobs.store.newKey(), blobs.store.newKey(), blobs.store.newKey()];
  for (const key of keys) {
    await blobs.store.append(
      key,
      0,
      (async function* () {
        yield Buffer.from('some bytes');
      })(),
    );
  }
  await pool.query(
    `INSERT INTO registry.uploads (id, repository_id, storage_key, size_bytes, updated_at)
     SELECT u.id, r.id, u.key, 10, now() - interval '1 day'
     FROM unnest($1::uuid[], $2::text[]) AS u (id, key), registry.repositories r`,
    [[randomUUID(), randomUUID()], keys.slice(1)],
  );
  const planned = await runIn(environment(), () => uploadPurge.planUploadPurge());
  const plan = { ...planned, expireBeforeMs: Date.now() + 60_000 };
  const page = { plan, limit: 10, cursor: undefined, progress };
  await runIn(environment(), () => uploadPurge.expireUploads({ ...page, dryRun: true }));
  await runIn(environment(), () => uploadPurge.sweepLeftovers({ ...page, dryRun: true }));
  await runIn(environment(), () => uploadPurge.expireUploads({ ...page, dryRun: false }));
  assert.deepEqual(told(), {}, 'rows of uploads free nothing');
  await runIn(environment(), () => uploadPurge.abortUploads(page));
  assert.deepEqual(told(), { 'deleted upload': 2 });
  await runIn(environment(), () => uploadPurge.sweepLeftovers({ ...page, dryRun: false }));
  assert.deepEqual(told(), { 'deleted upload': 2, 'deleted leftover': 1 });
});

test('objects that an audit deletes are told, and those that it only finds are not', async (t) => {
  const collections = await startCollections(t);
  const { audit, environment, told } = collections;
  await addUnowned(collections);
  await addUnowned(collections);
  const input = { limit: 10, olderThanMs: Date.now() + 60_000, cursor: undefined, progress, itemsListed: 0 };
  const found = await runIn(environment(), () => audit.auditObjects({ ...input, repair: false }));
  assert.equal(found.unowned, 2);
  assert.deepEqual(told(), {});
  await runIn(environment(), () => audit.auditObjects({ ...input, repair: true }));
  assert.deepEqual(told(), { 'deleted object': 2, freed: 2 * blobBytes });
});
