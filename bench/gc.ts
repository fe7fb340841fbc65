// What garbage collection costs: `npm run bench:gc`. Blobs a second on disk and on S3, the cost of 1,000 orphans in a small
// and in a large registry (`--scale`: only this), and the deletion of a large repository. Run it on a machine that does
// nothing else.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import type pg from 'pg';
import { migrate } from '../database/migrate.ts';
import { createPool } from '../database/pool.ts';
import { startPostgres } from '../local/postgres.ts';
import type { BlobStore } from '../registry/store/blob-store.ts';
import { databaseNow, deleteObjectsPage, reviewPage } from '../registry/collection/collect-blobs.ts';
import { reviewManifestPage } from '../registry/collection/collect-manifests.ts';
import { deleteRepository, emptyDeletedPage } from '../registry/repositories/delete-repository.ts';
import { createFilesystemBlobStore } from '../registry/store/filesystem-blob-store.ts';
import { createS3BlobStore } from '../registry/store/s3-blob-store.ts';
import { createS3Client, type S3Options } from '../registry/store/s3-client.ts';
import { createS3Objects } from '../registry/store/s3-objects.ts';
import { missing } from '../test/setup/tools.ts';
import { createCleanUp } from '../test/support/clean-up.ts';
import { startTestS3 } from '../test/support/s3.ts';
import { measureScale } from './gc-scale.ts';

const { values } = parseArgs({
  options: {
    orphans: { type: 'string', default: '10000' },
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '21' },
    manifests: { type: 'string', default: '100000' },
    scale: { type: 'boolean', default: false },
  },
});
const [orphans, small, large, rounds, manifests] = [
  values.orphans,
  values.small,
  values.large,
  values.rounds,
  values.manifests,
].map(Number);
const pageSize = 1_000;
const signal = new AbortController().signal;
const log = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error };

await using cleanUp = new AsyncDisposableStack();
const dataDir = await mkdtemp(join(tmpdir(), 'jobrunner-bench-'));
cleanUp.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = await startPostgres({ dataDir, onProgress: () => undefined, isDurable: true });
cleanUp.defer(() => server.stop());
if (values.scale) {
  await measureScale(server.url, { small: small ?? 0, large: large ?? 0, rounds: rounds ?? 0 });
  process.exit();
}
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
  const perSecond = await measureStore('S3 (versitygw)', store);
  await measureRawS3(s3.options, store, perSecond);
}
await measureScale(server.url, { small: small ?? 0, large: large ?? 0, rounds: rounds ?? 0 });
await measureRepository();

/** Gives the blobs a second. */
async function measureStore(name: string, store: BlobStore): Promise<number> {
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
  return ((orphans ?? 0) * 1_000) / totalMs;
}

/** What the server gives by itself: DeleteObjects of 1,000, one after the other. */
async function measureRawS3(options: S3Options, store: BlobStore, perSecond: number): Promise<void> {
  const count = orphans ?? 0;
  const keys = await putObjects(store, count);
  const client = createS3Client(options, 1);
  const { finalName } = createS3Objects(client, options);
  const startedMs = performance.now();
  for (let at = 0; at < count; at += pageSize) {
    const Objects = keys.slice(at, at + pageSize).map((key) => ({ Key: finalName(key) }));
    await client.send(new DeleteObjectsCommand({ Bucket: options.bucket, Delete: { Objects, Quiet: true } }));
  }
  const rawPerSecond = (count * 1_000) / (performance.now() - startedMs);
  client.destroy();
  show('  DeleteObjects of the server, one at a time', `${Math.round(rawPerSecond)} objects/s`);
  show('  collection ÷ that', (perSecond / rawPerSecond).toFixed(2));
}

async function addOrphans(store: BlobStore, count: number): Promise<void> {
  const keys = await putObjects(store, count);
  await pool.query(
    `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
     SELECT 'sha256:' || key, 64, key FROM unnest($1::text[]) AS t (key)`,
    [keys],
  );
}

/** Stores objects that no row owns. Gives their keys. */
async function putObjects(store: BlobStore, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, () => store.newKey());
  const queue = keys[Symbol.iterator]();
  async function work(): Promise<void> {
    for (const key of queue) {
      const { state } = await store.append(key, 0, Readable.from([Buffer.alloc(64, key)]), { isLast: true });
      await store.commit(key, 64, state);
    }
  }
  await Promise.all(Array.from({ length: 8 }, work));
  return keys;
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
