// What garbage collection costs: `npm run bench:gc`. Blobs a second on disk and on S3, the cost of 1,000 orphans in a small
// and in a large registry, and the deletion of a large repository. Each figure stands on its own: run it on a machine that
// does nothing else.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { migrate } from '../database/migrate.ts';
import { createPool } from '../database/pool.ts';
import { startPostgres } from '../local/postgres.ts';
import type { BlobStore } from '../registry/blob-store.ts';
import { databaseNow, deleteObjectsPage, reviewPage } from '../registry/collect-blobs.ts';
import { reviewManifestPage } from '../registry/collect-manifests.ts';
import { deleteRepository, emptyDeletedPage } from '../registry/delete-repository.ts';
import { createFilesystemBlobStore } from '../registry/filesystem-blob-store.ts';
import { createS3BlobStore } from '../registry/s3-blob-store.ts';
import { missing } from '../test/setup/tools.ts';
import { createCleanUp } from '../test/support/clean-up.ts';
import { startTestS3 } from '../test/support/s3.ts';

const { values } = parseArgs({
  options: {
    orphans: { type: 'string', default: '10000' },
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '1000000' },
    manifests: { type: 'string', default: '100000' },
  },
});
const [orphans, small, large, manifests] = [values.orphans, values.small, values.large, values.manifests].map(Number);
const pageSize = 1_000;
const signal = new AbortController().signal;
const log = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error };

await using cleanUp = new AsyncDisposableStack();
const dataDir = await mkdtemp(join(tmpdir(), 'jobrunner-bench-'));
cleanUp.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = await startPostgres({ dataDir, onProgress: () => undefined, isDurable: true });
cleanUp.defer(() => server.stop());
const pool = createPool({ connectionString: server.url, applicationName: 'bench', onError: console.error });
cleanUp.defer(() => pool.end());
await migrate(pool);
await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('admin')`);
await pool.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = '0'`);
await pool.query(`ALTER TABLE registry.repositories ALTER COLUMN untagged_grace SET DEFAULT '0'`);

await measureStore('disk', await createFilesystemBlobStore({ rootPath: join(dataDir, 'blobs') }));
if (missing('versitygw')) console.log('S3: not measured, versitygw is not here: npm run setup');
else {
  const s3 = await startTestS3(createCleanUp({ after: (close: () => Promise<void>) => cleanUp.defer(close) }));
  const store = await createS3BlobStore({ ...s3.options, redirect: false, maxObjectBytes: 50 * 1024 ** 3, log });
  cleanUp.defer(() => store.close());
  await measureStore('S3 (versitygw)', store);
}
await measureProportion();
await measureRepository();

async function measureStore(name: string, store: BlobStore): Promise<void> {
  await addOrphans(store, orphans ?? 0);
  const startedMs = performance.now();
  await time(async () => (await reviewPage(pool, pageSize)).nextCursor !== undefined);
  const reviewMs = performance.now() - startedMs;
  const since = await databaseNow(pool);
  const pages = await time(
    async () => (await deleteObjectsPage(pool, store, { limit: pageSize, since, signal })).hasMore,
  );
  const totalMs = performance.now() - startedMs;
  show(
    `${name}: orphans, rows and objects`,
    `${rate(orphans ?? 0, totalMs)} blobs/s, of which rows ${rate(orphans ?? 0, reviewMs)}`,
  );
  show(`${name}: slowest page of ${pageSize} deletions`, `${pages.slowestMs.toFixed(0)} ms`);
}

async function addOrphans(store: BlobStore, count: number): Promise<void> {
  const run = randomBytes(8).toString('hex');
  let next = 0;
  async function work(): Promise<void> {
    for (let index = next++; index < count; index = next++) {
      const key = store.newKey();
      const { state } = await store.append(key, 0, Readable.from([Buffer.alloc(64, index)]), { isLast: true });
      await store.commit(key, 64, state);
      await pool.query('INSERT INTO registry.blobs (digest, size_bytes, storage_key) VALUES ($1, 64, $2)', [
        `sha256:${run}${index}`,
        key,
      ]);
    }
  }
  await Promise.all(Array.from({ length: 8 }, work));
}

/** The cost of what there is to collect must not depend on what there is to keep. */
async function measureProportion(): Promise<void> {
  let named = 0;
  for (const size of [small ?? 0, large ?? 0]) {
    await fill(named, size);
    named = size;
    const run = randomBytes(4).toString('hex');
    await pool.query(
      `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
       SELECT 'sha256:${run}' || i, 1000, '${run}' || i FROM generate_series(1, 1000) i`,
    );
    const { slowestMs } = await time(async () => (await reviewPage(pool, pageSize)).nextCursor !== undefined);
    show(`1,000 orphans among ${size} blobs`, `${slowestMs.toFixed(0)} ms`);
  }
  await pool.query('DELETE FROM registry.deleted_objects');
}

async function fill(from: number, to: number): Promise<void> {
  await unlimited(async (client) => {
    await client.query(
      `INSERT INTO registry.repositories (namespace, name) VALUES ('admin', 'kept') ON CONFLICT DO NOTHING`,
    );
    await client.query(
      `WITH blobs AS (INSERT INTO registry.blobs (digest, size_bytes, storage_key)
         SELECT 'sha256:kept' || i, 1000, 'kept' || i FROM generate_series($1::int, $2::int) i RETURNING id),
       manifest AS (INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
         SELECT id, 'sha256:m' || $1, 'm', '{}', 'admin' FROM registry.repositories WHERE name = 'kept' RETURNING id)
       INSERT INTO registry.manifest_blobs (manifest_id, blob_id) SELECT manifest.id, blobs.id FROM manifest, blobs`,
      [from + 1, to],
    );
    await client.query(
      `DELETE FROM registry.blob_reviews WHERE blob_id IN (SELECT blob_id FROM registry.manifest_blobs)`,
    );
    await client.query('ANALYZE');
  });
}

async function measureRepository(): Promise<void> {
  const count = manifests ?? 0;
  await unlimited(async (client) => {
    await client.query(
      `INSERT INTO registry.repositories (namespace, name) VALUES ('admin', 'large'), ('admin', 'untagged')`,
    );
    for (const name of ['large', 'untagged']) {
      await client.query(
        `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
         SELECT r.id, 'sha256:' || i, 'm', '{}', 'admin' FROM registry.repositories r, generate_series(1, $1::int) i
         WHERE r.name = $2`,
        [count, name],
      );
    }
    await client.query(
      `DELETE FROM registry.manifest_reviews WHERE manifest_id IN (
         SELECT m.id FROM registry.manifests m JOIN registry.repositories r ON r.id = m.repository_id WHERE r.name <> 'untagged')`,
    );
    await client.query('ANALYZE');
  });
  const context = { actor: 'bench', at: new Date(), host: 'registry.example' };
  const reviewStartedMs = performance.now();
  await time(async () => (await reviewManifestPage(pool, pageSize, context)).nextCursor !== undefined);
  show(`${count} untagged manifests`, `${rate(count, performance.now() - reviewStartedMs)} manifests/s`);
  const startedMs = performance.now();
  await deleteRepository(pool, { namespace: 'admin', name: 'large', requestedBy: 'admin' });
  show(`deletion of a repository of ${count} manifests`, `${(performance.now() - startedMs).toFixed(0)} ms`);
  const emptyStartedMs = performance.now();
  const { slowestMs } = await time(async () => (await emptyDeletedPage(pool, pageSize)).hasMore);
  show('  its manifests, by the job', `${rate(count, performance.now() - emptyStartedMs)} manifests/s`);
  show(`  slowest page of ${pageSize}`, `${slowestMs.toFixed(0)} ms`);
}

async function unlimited(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    await work(client);
    await client.query('RESET statement_timeout');
  } finally {
    client.release();
  }
}

/** Runs pages until one says that there are no more. */
async function time(page: () => Promise<boolean>): Promise<{ readonly slowestMs: number }> {
  let slowestMs = 0;
  for (let hasMore = true; hasMore;) {
    const startedMs = performance.now();
    hasMore = await page();
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
  }
  return { slowestMs };
}

function rate(count: number, durationMs: number): string {
  return Math.round((count * 1_000) / durationMs).toString();
}

function show(name: string, figure: string): void {
  console.log(`${name.padEnd(52)}${figure}`);
}
