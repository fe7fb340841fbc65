import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { createUploadPurgeActivities } from '../../activities/upload-purge.ts';
import { defaultSettings } from '../../settings/settings.ts';
import type { BlobStore } from '../../registry/store/blob-store.ts';
import { createFilesystemBlobStore } from '../../registry/store/filesystem-blob-store.ts';
import { parseRepositoryName } from '../../registry/repositories/names.ts';
import {
  abortExpiredPage,
  countExpiredUploads,
  expirePage,
  previewExpiredPage,
  purgeTimes,
  sweepPage,
} from '../../registry/uploads/purge-uploads.ts';
import { createS3BlobStore } from '../../registry/store/s3-blob-store.ts';
import { claimUpload, createUpload } from '../../registry/uploads/uploads.ts';
import { messagesOf } from '../jobs/test-jobs.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startTestS3 } from '../support/s3.ts';
import { runIn, startJob, temporaryFolder, type TestJob } from './test-activities.ts';

const hourMs = 3_600_000;
const never = new AbortController().signal;

interface Purge extends TestJob {
  readonly store: BlobStore;
  /** Makes an upload with some bytes that nobody has written to for so long. */
  readonly addUpload: (idleHours: number, sizeBytes?: number) => Promise<{ id: string; key: string }>;
  readonly uploadIds: () => Promise<string[]>;
  readonly toAbort: () => Promise<string[]>;
}

async function startPurge(t: TestContext, makeStore: () => Promise<BlobStore>): Promise<Purge> {
  const job = await startJob(t, 'upload_purge');
  const { pool } = job;
  const store = await makeStore();
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO registry.repositories (namespace, name) VALUES ('admin', 'app') RETURNING id`,
  );
  const repositoryId = rows[0]?.id ?? 0;
  return {
    ...job,
    store,
    addUpload: async (idleHours, sizeBytes = 100) => {
      const key = store.newKey();
      const upload = { repositoryId, repository: parseRepositoryName('admin/app'), storageKey: key, begunBy: 'admin' };
      const { id } = await createUpload(pool, { ...upload, isClaimed: false, algorithm: 'sha256' }, defaultSettings);
      const { state } = await store.append(key, 0, once(randomBytes(sizeBytes)));
      await pool.query(
        `UPDATE registry.uploads SET size_bytes = $2, store_state = $3, updated_at = now() - $4 * interval '1 hour'
         WHERE id = $1`,
        [id, sizeBytes, state, idleHours],
      );
      return { id, key };
    },
    uploadIds: async () => (await pool.query<{ id: string }>('SELECT id FROM registry.uploads')).rows.map((r) => r.id),
    toAbort: async () => {
      const found = await pool.query<{ key: string }>('SELECT storage_key AS key FROM registry.expired_uploads');
      return found.rows.map(({ key }) => key);
    },
  };
}

async function onDisk(t: TestContext): Promise<Purge & { age: (key: string) => Promise<void> }> {
  const rootPath = await temporaryFolder(t);
  const purge = await startPurge(t, () => createFilesystemBlobStore({ rootPath }));
  const then = new Date(Date.now() - 48 * hourMs);
  return { ...purge, age: (key) => utimes(path.join(rootPath, 'uploads', key), then, then) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  await Promise.resolve();
}

test('an upload expires with what the store has of it; a young one and one at work do not', async (t) => {
  const { pool, store, addUpload, uploadIds, toAbort } = await onDisk(t);
  const old = await addUpload(25);
  const young = await addUpload(23);
  const times = await purgeTimes(pool, 24 * hourMs);
  assert.ok(Math.abs(times.expireBeforeMs - (Date.now() - 24 * hourMs)) < 60_000);
  assert.equal(await countExpiredUploads(pool, times.expireBefore), 1);
  const page = await expirePage(pool, times.expireBefore, 10);
  assert.deepEqual(page, { uploads: [{ id: old.id, sizeBytes: 100 }], nextCursor: undefined });
  assert.deepEqual(await uploadIds(), [young.id]);
  assert.deepEqual(await toAbort(), [old.key]);
  const repository = parseRepositoryName('admin/app');
  assert.equal(await claimUpload(pool, repository, old.id), undefined, 'nobody can come back to it');

  const aborted = await abortExpiredPage(pool, store, { limit: 10, since: times.startedAt, signal: never });
  assert.deepEqual(aborted, { aborted: 1, failures: [], hasMore: false });
  assert.deepEqual(await toAbort(), []);
  await assert.rejects(store.commit(old.key, 100));
  await store.commit(young.key, 100);

  // A request that holds an upload keeps it, however short the expiry is; one that died does not.
  assert.ok(await claimUpload(pool, repository, young.id));
  const now = await purgeTimes(pool, 0);
  assert.equal(await countExpiredUploads(pool, now.expireBefore), 0);
  await pool.query(`UPDATE registry.uploads SET updated_at = now() - interval '2 minutes'`);
  assert.equal(await countExpiredUploads(pool, now.expireBefore), 1);
});

test('an upload that somebody locks is passed over, and stays', async (t) => {
  const { pool, addUpload, uploadIds } = await onDisk(t);
  const [held, free] = [await addUpload(48), await addUpload(48)];
  const times = await purgeTimes(pool, 24 * hourMs);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT FROM registry.uploads WHERE id = $1 FOR UPDATE', [held.id]);
    const page = await expirePage(pool, times.expireBefore, 10);
    assert.deepEqual(
      page.uploads.map(({ id }) => id),
      [free.id],
    );
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
  assert.deepEqual(await uploadIds(), [held.id]);
});

test('a preview goes through all pages and changes nothing', async (t) => {
  const { pool, addUpload, toAbort } = await onDisk(t);
  for (let made = 0; made < 5; made++) await addUpload(48);
  const { expireBefore } = await purgeTimes(pool, 24 * hourMs);
  const seen = new Set<string>();
  let cursor: { updatedAt: string; id: string } | undefined;
  do {
    const page = await previewExpiredPage(pool, expireBefore, 2, cursor);
    for (const { id } of page.uploads) seen.add(id);
    cursor = page.nextCursor;
  } while (cursor);
  assert.equal(seen.size, 5);
  assert.deepEqual(await toAbort(), []);
});

test('what the store will not delete stays written down, and is tried again by the next run', async (t) => {
  const { pool, store, addUpload, toAbort } = await onDisk(t);
  const { key } = await addUpload(48);
  const first = await purgeTimes(pool, 24 * hourMs);
  await expirePage(pool, first.expireBefore, 10);
  const broken: BlobStore = { ...store, abort: () => Promise.reject(new Error('read-only')) };
  const failed = await abortExpiredPage(pool, broken, { limit: 10, since: first.startedAt, signal: never });
  assert.deepEqual(failed.failures, [{ key, reason: 'read-only' }]);
  const again = await abortExpiredPage(pool, store, { limit: 10, since: first.startedAt, signal: never });
  assert.equal(again.aborted, 0, 'once in a run');
  const stopped = { limit: 10, since: (await purgeTimes(pool, 0)).startedAt, signal: AbortSignal.abort() };
  assert.equal((await abortExpiredPage(pool, store, stopped)).aborted, 0);
  assert.deepEqual(await toAbort(), [key]);
  const { startedAt: since } = await purgeTimes(pool, 0);
  assert.equal((await abortExpiredPage(pool, store, { limit: 10, since, signal: never })).aborted, 1);
  assert.deepEqual(await toAbort(), []);
});

test('a sweep removes old pieces that no upload names, and no others', async (t) => {
  const { pool, store, addUpload, age } = await onDisk(t);
  const named = await addUpload(1);
  await age(named.key);
  const orphan = store.newKey();
  await store.append(orphan, 0, once(Buffer.from('abc')));
  const options = { olderThan: new Date(Date.now() - 24 * hourMs), limit: 10, cursor: undefined, signal: never };
  assert.equal((await sweepPage(pool, store, { ...options, dryRun: false })).found, 0, 'too young');
  await age(orphan);
  assert.deepEqual(await sweepPage(pool, store, { ...options, dryRun: true }), {
    found: 1,
    removed: 0,
    failures: [],
    nextCursor: undefined,
  });
  assert.equal((await sweepPage(pool, store, { ...options, dryRun: false })).removed, 1);
  assert.equal((await sweepPage(pool, store, { ...options, dryRun: false })).found, 0);
  await store.commit(named.key, 100);
});

test(
  'S3: an expired upload goes with its parts and segments, and so does what a crash has left',
  {
    skip: missing('versitygw'),
  },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const s3 = await startTestS3(cleanUp);
    const purge = await startPurge(t, async () => {
      const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
      const store = await createS3BlobStore({ ...s3.options, redirect: false, maxObjectBytes: 1_000_000_000, log });
      cleanUp.after(() => store.close());
      return store;
    });
    const { pool, store, addUpload, jobLog } = purge;
    await addUpload(48, 9_000_000);
    const live = await addUpload(0, 9_000_000);
    await store.append(store.newKey(), 0, once(randomBytes(9_000_000)));
    // S3 tells times in whole seconds.
    await delay(1_100);
    const activities = createUploadPurgeActivities({ pool, blobStore: store, jobLog, uploadExpiryMs: 24 * hourMs });
    const expiring = await runIn(purge.environment(), () => activities.planUploadPurge());
    const plan = { ...expiring, expireBeforeMs: Date.now() };
    const progress = { phase: 'purging', itemsDone: 0 };
    const common = { plan, limit: 1, dryRun: false, progress };
    const expired = await runIn(purge.environment(), () => activities.expireUploads({ ...common, cursor: undefined }));
    assert.equal(expired.expired, 1);
    const aborted = await runIn(purge.environment(), () => activities.abortUploads(common));
    assert.equal(aborted.aborted, 1);
    let found = 0;
    let cursor: string | undefined;
    do {
      const at = cursor;
      const page = await runIn(purge.environment(), () => activities.sweepLeftovers({ ...common, cursor: at }));
      found += page.found;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.equal(found, 2, 'a multipart upload and a segment');
    const { rows } = await pool.query<{ state: string }>('SELECT store_state AS state FROM registry.uploads');
    await store.commit(live.key, 9_000_000, rows[0]?.state ?? '');
    const messages = await messagesOf(pool, purge.id);
    for (const message of ['expired uploads', 'removed uploads', 'removed leftovers']) {
      assert.ok(messages.includes(message), message);
    }
  },
);
