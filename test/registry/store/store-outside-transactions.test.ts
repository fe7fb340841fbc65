import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { auditObjectsPage, auditRowsPage, verifyBlobsPage } from '../../../registry/collection/audit-storage.ts';
import type { BlobStore } from '../../../registry/store/blob-store.ts';
import { databaseNow, deleteObjectsPage, reviewPage } from '../../../registry/collection/collect-blobs.ts';
import { abortExpiredPage, expirePage, purgeTimes, sweepPage } from '../../../registry/uploads/purge-uploads.ts';
import { eventually, fullAccess, pushImage, randomBlob, startRegistry } from '../test-registry.ts';

const name = 'admin/app';
const signal = new AbortController().signal;

/** Fails where a transaction is open, and goes on being open, while the blob store is at work. */
async function assertNoTransaction(pool: pg.Pool, method: string): Promise<void> {
  const isNone = async (): Promise<boolean> => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    return rowCount === 0;
  };
  // Others have transactions too, which end; one whose owner waits for the store does not.
  await eventually(isNone).catch(() => {
    throw new Error(`a transaction is open while the blob store does ${method}`);
  });
}

test('no transaction waits for the blob store, which may take longer than one may last', async (t) => {
  const watched: { pool?: pg.Pool } = {};
  const used = new Set<string>();
  const watch = (store: BlobStore): BlobStore =>
    new Proxy(store, {
      get: (target, property, receiver) => {
        const value: unknown = Reflect.get(target, property, receiver);
        if (typeof value !== 'function' || typeof property !== 'string') return value;
        const isAsync = !['newKey', 'relativePath'].includes(property);
        if (!isAsync) return value.bind(target) as unknown;
        return async (...args: unknown[]) => {
          used.add(property);
          if (watched.pool) await assertNoTransaction(watched.pool, property);
          return (await Reflect.apply(value, target, args)) as unknown;
        };
      },
    });
  const registry = await startRegistry(t, { wrapStore: watch });
  const { pool, blobStore } = registry;
  watched.pool = pool;
  const access = fullAccess(name, 'admin/other');

  const image = await pushImage(registry, name, '1');
  const layer = image.layers[1] ?? '';
  assert.equal((await registry.send('GET', `/v2/${name}/blobs/${layer}`)).status, 200);
  const mount = await registry.send('POST', `/v2/admin/other/blobs/uploads/?mount=${layer}&from=${name}`, { access });
  assert.equal(mount.status, 201);
  const start = async (): Promise<string> => {
    const { headers } = await registry.send('POST', `/v2/${name}/blobs/uploads/`);
    return String(headers.location);
  };
  const chunked = await start();
  const blob = randomBlob();
  assert.equal((await registry.send('PATCH', chunked, { body: blob.bytes })).status, 202);
  assert.equal((await registry.send('PUT', `${chunked}?digest=${blob.digest}`)).status, 201);
  const again = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${blob.digest}`, { body: blob.bytes });
  assert.equal(again.status, 201, 'content that is there already');
  const wrong = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${blob.digest}`, { body: 'x' });
  assert.equal(wrong.status, 400);
  const cancelled = await start();
  await registry.send('PATCH', cancelled, { body: 'x' });
  assert.equal((await registry.send('DELETE', cancelled)).status, 204);
  await registry.send('PATCH', await start(), { body: 'left behind' });

  await registry.send('DELETE', `/v2/${name}/manifests/${image.digest}`);
  await pool.query('UPDATE registry.blob_reviews SET review_after = now()');
  assert.ok((await reviewPage(pool, 100)).orphans.length > 0);
  const since = await databaseNow(pool);
  assert.ok((await deleteObjectsPage(pool, blobStore, { limit: 100, since, signal })).deleted > 0);
  const { expireBefore } = await purgeTimes(pool, -60_000);
  await expirePage(pool, expireBefore, 100);
  assert.ok(
    (await abortExpiredPage(pool, blobStore, { limit: 100, since: await databaseNow(pool), signal })).aborted > 0,
  );
  const page = { olderThan: new Date(Date.now() + 60_000), limit: 100, cursor: undefined, signal };
  await sweepPage(pool, blobStore, { ...page, dryRun: false });
  await pushImage(registry, name, '2');
  await auditObjectsPage(pool, blobStore, { ...page, repair: true });
  await auditRowsPage(pool, blobStore, { ...page, afterId: 0, repair: true });
  const verifying = { ...page, afterId: 0, isEnough: () => false, onBytes: () => Promise.resolve() };
  assert.ok((await verifyBlobsPage(pool, blobStore, verifying)).checked > 0);

  assert.deepEqual(
    [...used].sort(),
    ['abort', 'append', 'commit', 'delete', 'deleteLeftovers', 'listLeftovers', 'listObjects', 'open', 'sizeOf'],
    'every method was watched',
  );
  assert.deepEqual(registry.errors, []);
});

test('two runs that delete the same objects count each once, and forget all', async (t) => {
  const registry = await startRegistry(t, {
    wrapStore: (store) => ({
      ...store,
      // Both have the page before one of them is through with it.
      delete: async (keys, abort) => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return store.delete(keys, abort);
      },
    }),
  });
  const { pool, blobStore } = registry;
  await pool.query(
    `INSERT INTO registry.deleted_objects (storage_key, size_bytes) SELECT gen_random_uuid()::text, 10 FROM generate_series(1, 50)`,
  );
  const since = await databaseNow(pool);
  const pages = await Promise.all(
    Array.from({ length: 3 }, () => deleteObjectsPage(pool, blobStore, { limit: 100, since, signal })),
  );
  assert.equal(
    pages.reduce((sum, { deleted }) => sum + deleted, 0),
    50,
  );
  assert.equal(
    pages.reduce((sum, { freedBytes }) => sum + freedBytes, 0),
    500,
  );
  assert.equal((await pool.query('SELECT FROM registry.deleted_objects')).rowCount, 0);
});

test('what a stop kept from being deleted is tried again in the same run', async (t) => {
  const { pool, blobStore } = await startRegistry(t);
  await pool.query(
    `INSERT INTO registry.deleted_objects (storage_key, size_bytes) VALUES (gen_random_uuid()::text, 1)`,
  );
  const since = await databaseNow(pool);
  const stopped = await deleteObjectsPage(pool, blobStore, { limit: 10, since, signal: AbortSignal.abort() });
  assert.deepEqual([stopped.deleted, stopped.failures.length], [0, 1]);
  assert.equal((await deleteObjectsPage(pool, blobStore, { limit: 10, since, signal })).deleted, 1);
});
