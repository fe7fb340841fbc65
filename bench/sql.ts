// How long the statements take that API, registry, dispatcher, reconciler and garbage collection send all day, in a database with a
// million jobs, blobs and tags: `npm run bench:sql`. The limit beside each figure is what the design asks for.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPool } from '../database/pool.ts';
import { migrate } from '../database/migrate.ts';
import { cancelJobs, countCancellable } from '../jobs/cancel-many.ts';
import { listJobs, countJobs } from '../jobs/queries.ts';
import { startPostgres } from '../local/postgres.ts';
import { findLinkedBlob } from '../registry/blobs.ts';
import { findTags } from '../registry/list-routes.ts';
import { findManifestByDigest, findManifestByTag } from '../registry/manifests.ts';
import { listReadable } from '../registry/readable-repositories.ts';
import { findReferrers } from '../registry/referrers.ts';
import { countDueReviews, previewPage, reviewPage } from '../registry/collect-blobs.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const rowCount = Number(values.rows);
const repeats = 20;

await using cleanUp = new AsyncDisposableStack();
const dataDir = await mkdtemp(join(tmpdir(), 'jobrunner-bench-'));
cleanUp.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = await startPostgres({ dataDir, onProgress: () => undefined, isDurable: false });
cleanUp.defer(() => server.stop());
const pool = createPool({ connectionString: server.url, applicationName: 'bench', onError: console.error });
cleanUp.defer(() => pool.end());
await migrate(pool);

console.log(`filling in ${rowCount} rows of each kind …`);
await fill();

async function fill(): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    await client.query(`INSERT INTO accounts.accounts (name) VALUES ('admin')`);
    await client.query(
      `INSERT INTO registry.repositories (namespace, name) SELECT 'admin', 'app-' || i FROM generate_series(1, 10000) i`,
    );
    await client.query(
      `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
         deadline, stop_timeout, trigger, requested_by, namespace, repository, scheduled_at, ended_at, worker_id)
       SELECT 'webhook:' || i, (ARRAY['webhook', 'webhook', 'webhook', 'sleep', 'onlinegc_blobs'])[1 + i % 5],
         CASE WHEN i % 1000 = 0 THEN 'waiting' WHEN i % 97 = 0 THEN 'error' ELSE 'done' END, '{}', '{}', '', 0, 0, '', '',
         (ARRAY['event', 'event', 'schedule', 'api'])[1 + i % 4], 'user-' || i % 1000, 'team-' || i % 100,
         'team-' || i % 100 || '/app-' || i % 5000, now() - i * interval '1 second', now(), 'worker-' || i % 7
       FROM generate_series(1, $1) i`,
      [rowCount],
    );
    // All of them referenced but for the 1,000 that are due for review.
    await client.query(
      `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
       SELECT 'sha256:' || i, 1000, 'key-' || i FROM generate_series(1, $1) i`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
       SELECT r.id, 'sha256:m' || i, 'm', '', 'admin' FROM registry.repositories r, generate_series(1, $1 / 100000) i`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO registry.manifest_blobs (manifest_id, blob_id)
       SELECT (SELECT min(id) FROM registry.manifests) + b.id % (SELECT count(*) FROM registry.manifests), b.id
       FROM registry.blobs b WHERE b.id % 1000 <> 0`,
    );
    await client.query(
      `INSERT INTO registry.repository_blobs (repository_id, blob_id)
       SELECT (SELECT min(id) FROM registry.repositories) + b.id % 10000, b.id FROM registry.blobs b`,
    );
    // Half of them in one repository.
    await client.query(
      `INSERT INTO registry.tags (repository_id, name, manifest_id, author)
       SELECT m.repository_id, 'tag-' || i, m.id, 'admin'
       FROM generate_series(1, $1) i
       JOIN registry.manifests m ON m.id = (SELECT min(id) FROM registry.manifests) + CASE WHEN i % 2 = 0 THEN 0 ELSE i % 90000 END`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by, subject_digest, annotations)
       SELECT (SELECT min(id) FROM registry.repositories), 'sha256:r' || i, 'm', repeat('x', 1000)::bytea, 'admin',
              'sha256:m' || (1 + i % 10), '{"a":"b"}'
       FROM generate_series(1, $1 / 10) i`,
      [rowCount],
    );
    await client.query(
      `UPDATE registry.blob_reviews SET review_after = now() + interval '1 day' WHERE blob_id % 1000 <> 0`,
    );
    await client.query(`UPDATE registry.blob_reviews SET review_after = now() WHERE blob_id % 1000 = 0`);
    await client.query('VACUUM ANALYZE');
  } finally {
    client.release(true);
  }
}

interface Case {
  readonly name: string;
  readonly limitMs: number;
  readonly run: () => Promise<unknown>;
}

const page = { start: 0, limit: 10 };
const catalogPage = { limit: 1_000, from: { namespace: 'admin', name: 'app-5' }, isInclusive: false };
const { rows: repositories } = await pool.query<{ id: number }>('SELECT min(id) AS id FROM registry.repositories');
const firstRepositoryId = repositories[0]?.id ?? 0;
const repository = (name: string) => ({ namespace: 'admin', name, full: `admin/${name}` });
const cases: readonly Case[] = [
  { name: 'GET /jobs', limitMs: 50, run: () => listJobs(pool, {}, page) },
  { name: 'GET /jobs?limit=1000', limitMs: 50, run: () => listJobs(pool, {}, { start: 0, limit: 1_000 }) },
  { name: 'GET /jobs?action=sleep', limitMs: 50, run: () => listJobs(pool, { action: 'sleep' }, page) },
  { name: 'GET /jobs?action=false (none)', limitMs: 50, run: () => listJobs(pool, { action: 'false' }, page) },
  { name: 'GET /jobs?running=true (none)', limitMs: 50, run: () => listJobs(pool, { isRunning: true }, page) },
  { name: 'GET /jobs?running=false', limitMs: 50, run: () => listJobs(pool, { isRunning: false }, page) },
  { name: 'GET /jobs?status=error', limitMs: 50, run: () => listJobs(pool, { statuses: ['error'] }, page) },
  { name: 'GET /jobs?worker=worker-3', limitMs: 50, run: () => listJobs(pool, { workerId: 'worker-3' }, page) },
  { name: 'GET /jobs?start=10000', limitMs: 50, run: () => listJobs(pool, {}, { start: 10_000, limit: 10 }) },
  { name: 'GET /jobs?after=', limitMs: 50, run: () => listJobs(pool, {}, { ...page, after: 'webhook:900000' }) },
  { name: 'GET /jobs?namespace=', limitMs: 50, run: () => listJobs(pool, { namespace: 'team-7' }, page) },
  { name: 'GET /jobs?repository=', limitMs: 50, run: () => listJobs(pool, { repository: 'team-7/app-7' }, page) },
  { name: 'GET /jobs?requestedBy=', limitMs: 50, run: () => listJobs(pool, { requestedBy: 'user-7' }, page) },
  { name: 'GET /jobs?requestedBy= (none)', limitMs: 50, run: () => listJobs(pool, { requestedBy: 'x' }, page) },
  { name: 'GET /jobs?trigger=api', limitMs: 50, run: () => listJobs(pool, { trigger: 'api' }, page) },
  { name: 'GET /jobs?trigger=retry (none)', limitMs: 50, run: () => listJobs(pool, { trigger: 'retry' }, page) },
  {
    name: 'GET /jobs?action=&status= (none)',
    limitMs: 50,
    run: () => listJobs(pool, { action: 'webhook', statuses: ['cancel'] }, page),
  },
  {
    name: 'GET /jobs?namespace=&status=error',
    limitMs: 50,
    run: () => listJobs(pool, { namespace: 'team-7', statuses: ['error'] }, page),
  },
  {
    name: 'GET /jobs?action=&namespace=&trigger=',
    limitMs: 50,
    run: () => listJobs(pool, { action: 'sleep', namespace: 'team-3', trigger: 'event' }, page),
  },
  {
    name: 'GET /jobs?namespace=&requestedBy= (none)',
    limitMs: 50,
    run: () => listJobs(pool, { namespace: 'team-7', requestedBy: 'user-8' }, page),
  },
  {
    name: 'POST /jobs/cancel of 10,000, dry run',
    limitMs: 50,
    run: () => countCancellable(pool, { action: 'webhook' }, 10_000),
  },
  { name: 'jobs in /metrics', limitMs: 50, run: () => countJobs(pool) },
  {
    name: 'manifest by tag',
    limitMs: 10,
    run: () => findManifestByTag(pool, repository('app-1'), 'tag-500000'),
  },
  {
    name: 'manifest by digest',
    limitMs: 10,
    run: () => findManifestByDigest(pool, repository('app-1'), 'sha256:m1'),
  },
  { name: 'blob of a repository', limitMs: 10, run: () => findLinkedBlob(pool, repository('app-2'), 'sha256:1') },
  {
    name: 'tags/list, 10,000 of half a million',
    limitMs: 100,
    run: () => findTags(pool, firstRepositoryId, 'tag-3', 10_000),
  },
  { name: '_catalog of an administrator, 1,000', limitMs: 50, run: () => listReadable(pool, 'all', catalogPage) },
  {
    name: '_catalog of somebody else, 1,000',
    limitMs: 50,
    run: () => listReadable(pool, { namespaces: ['ada'], teamIds: [] }, catalogPage),
  },
  {
    name: 'referrers, 1,000 of 10,000',
    limitMs: 50,
    run: () =>
      findReferrers(pool, firstRepositoryId, { subject: 'sha256:m2', artifactType: undefined, after: 0, limit: 1_000 }),
  },
  { name: 'count of due reviews', limitMs: 50, run: () => countDueReviews(pool) },
  { name: 'preview of 1,000 due reviews', limitMs: 1_000, run: () => previewPage(pool, 1_000) },
];

console.log(`\n${'statement'.padEnd(42)}${'p50 ms'.padStart(10)}${'worst ms'.padStart(10)}${'limit ms'.padStart(10)}`);
for (const { name, limitMs, run } of cases) {
  const timesMs: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const startedMs = performance.now();
    await run();
    timesMs.push(performance.now() - startedMs);
  }
  timesMs.sort((a, b) => a - b);
  show(name, timesMs[repeats / 2] ?? 0, timesMs.at(-1) ?? 0, limitMs);
}
// Once: these change what they measure.
await showOnce(1_000, async () => {
  const { reviewed } = await reviewPage(pool, 1_000);
  return `review of ${reviewed} due blobs, all orphans`;
});
await showOnce(1_000, async () => {
  const { count } = await cancelJobs(pool, { filter: { action: 'webhook' }, requestedBy: 'admin', limit: 10_000 });
  return `cancel of ${count} jobs`;
});

async function showOnce(limitMs: number, run: () => Promise<string>): Promise<void> {
  const startedMs = performance.now();
  const name = await run();
  const durationMs = performance.now() - startedMs;
  show(name, durationMs, durationMs, limitMs);
}

function show(name: string, medianMs: number, worstMs: number, limitMs: number): void {
  const figures = [medianMs, worstMs].map((ms) => ms.toFixed(1).padStart(10)).join('');
  console.log(`${name.padEnd(42)}${figures}${String(limitMs).padStart(10)}${worstMs > limitMs ? '  over' : ''}`);
}
