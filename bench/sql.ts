// How long the statements take that API, registry, dispatcher, reconciler and garbage collection send all day, in a database with a
// million jobs, blobs and tags: `npm run bench:sql`. The limit beside each figure is what the design asks for.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { countEvents, listEvents } from '../api/event-store.ts';
import { findTag, listTags } from '../api/tag-store.ts';
import { admissionCases, type Case } from './admission.ts';
import { createPool } from '../database/pool.ts';
import { migrate } from '../database/migrate.ts';
import { cancelJobs, countCancellable } from '../jobs/cancel-many.ts';
import { type EventKind, eventKinds } from '../jobs/event-kinds.ts';
import { countBacklog } from '../jobs/lanes.ts';
import { countInFlight, listJobs } from '../jobs/queries.ts';
import { lastCronRuns } from '../jobs/cron-runs.ts';
import { listCrons } from '../jobs/crons.ts';
import { countBefore, findHistoryCut, jobHistory, repositoryEventHistory, type HistoryKey } from '../jobs/history.ts';
import { pruneJobs, pruneRepositoryEvents, type PrunedPage, type PruneRange } from '../jobs/prune-history.ts';
import { makeUsageReport } from '../jobs/usage-report.ts';
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
         deadline, stop_timeout, trigger, requested_by, namespace, repository, scheduled_at, ended_at, worker_id,
         next_line, cron)
       SELECT 'webhook:' || i, (ARRAY['webhook', 'webhook', 'webhook', 'sleep', 'onlinegc_blobs'])[1 + i % 5],
         CASE WHEN i % 1000 = 0 THEN 'waiting' WHEN i % 97 = 0 THEN 'error' ELSE 'done' END, '{}', '{}', '', 0, 0, '', '',
         (ARRAY['event', 'event', 'schedule', 'api'])[1 + i % 4], 'user-' || i % 1000, 'team-' || i % 100,
         'team-' || i % 100 || '/app-' || i % 5000, now() - i * interval '1 second',
         CASE WHEN i % 1000 <> 0 THEN now() - i * interval '1 second' END, 'worker-' || i % 7,
         CASE WHEN i <= $1 / 10 THEN 10 ELSE 0 END, CASE WHEN i % 4 = 0 THEN 'cron-' || i / 4 % 250 ELSE '' END
       FROM generate_series(1, $1) i`,
      [rowCount],
    );
    // A million log lines, and as many events; 250 crons, whose last jobs are a quarter of all.
    await client.query(
      `INSERT INTO jobs.log_lines (job_id, line_num, data)
       SELECT 'webhook:' || i, line, '{"time":"2026-01-01T00:00:00.000Z","level":"info","msg":"something was done"}'
       FROM generate_series(1, $1 / 10) i, generate_series(0, 9) line`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO jobs.crons (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout, requested_by)
       SELECT 'cron-' || i, 'sleep', '@hourly', 0, '{}', '{}', '', '', 'admin' FROM generate_series(0, 249) i`,
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
    // Mostly pulls, as everywhere, by one account; half of the events in one repository; a few of every other kind.
    await client.query(
      `INSERT INTO registry.events (id, published_at, kind, type, actor_id, actor, object_type, namespace, repository, contents)
       SELECT gen_random_uuid(), now() - i * interval '1 second', k.kind, k.type,
              CASE WHEN i % 10 = 0 THEN gen_random_uuid() ELSE a.id END, 'admin', k.object_type, 'admin',
              'app-' || CASE WHEN i % 2 = 0 THEN 1 ELSE i % 10000 END,
              jsonb_build_object('tag', '1', 'digest', 'sha256:' || i)
       FROM generate_series(1, $1) i CROSS JOIN accounts.accounts a
       JOIN (VALUES (0, 'TAG_PULL', 'GET', 'TAG'), (1, 'TAG_PUSH', 'CREATE', 'TAG'), (2, 'MANIFEST_PUSH', 'CREATE', 'MANIFEST'),
                    (3, 'SETTINGS_UPDATE', 'UPDATE', 'SETTINGS')) k (number, kind, type, object_type)
         ON k.number = CASE WHEN i % 10000 = 0 THEN 3 WHEN i % 20 < 2 THEN 1 + i % 2 ELSE 0 END`,
      [rowCount],
    );
    await client.query(
      `UPDATE registry.repositories SET created_at = now() - interval '1 year';
       UPDATE accounts.accounts SET created_at = now() - interval '1 year'`,
    );
    await client.query('VACUUM ANALYZE');
  } finally {
    client.release(true);
  }
}

const page = { start: 0, limit: 10 };
const catalogPage = { limit: 1_000, from: { namespace: 'admin', name: 'app-5' }, isInclusive: false };
const { rows: repositories } = await pool.query<{ id: number }>('SELECT min(id) AS id FROM registry.repositories');
const firstRepositoryId = repositories[0]?.id ?? 0;
const repository = (name: string) => ({ namespace: 'admin', name, full: `admin/${name}` });
const allKinds = Object.keys(eventKinds) as EventKind[];
const eventPage = { pageStart: undefined, pageSize: 11 };
const oneOfManyEvents = { of: 'repository', namespace: 'admin', name: 'app-1' } as const;
const { rows: admins } = await pool.query<{ id: string }>('SELECT id FROM accounts.accounts');
const ownEvents = {
  of: 'account',
  id: admins[0]?.id ?? '',
  administered: {
    namespaces: ['admin', 'acme'],
    repositories: Array.from({ length: 100 }, (_, index) => `admin/app-${index}`),
  },
} as const;
const { rows: middleEvents } = await pool.query<{ id: string }>(
  'SELECT id FROM registry.events ORDER BY published_at, id OFFSET $1 LIMIT 1',
  [Math.floor(rowCount / 2)],
);
const tagsOfFirst = { namespace: 'admin', reponame: 'app-1' };
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
  { name: 'jobs in /metrics: in flight', limitMs: 50, run: () => countInFlight(pool) },
  { name: 'jobs in /metrics: backlog', limitMs: 50, run: () => countBacklog(pool) },
  {
    name: 'GET /crons, 250 of them',
    limitMs: 100,
    run: async () =>
      lastCronRuns(
        pool,
        (await listCrons(pool)).map(({ name }) => name),
      ),
  },
  {
    name: 'where half of the jobs are cut off',
    limitMs: 1_000,
    run: () => findHistoryCut(pool, jobHistory, { toKeep: rowCount / 2, maxAgeMs: undefined }),
  },
  {
    name: 'report of the use',
    limitMs: 500,
    run: () => makeUsageReport(pool, { isAnonymous: false, publicUrl: '' }),
  },
  { name: 'GET /events', limitMs: 50, run: () => listEvents(pool, { of: 'all' }, { kinds: allKinds }, eventPage) },
  {
    name: 'GET /events?pageSize=1000',
    limitMs: 50,
    run: () => listEvents(pool, { of: 'all' }, { kinds: allKinds }, { ...eventPage, pageSize: 1_001 }),
  },
  {
    name: 'GET /events from the middle',
    limitMs: 50,
    run: () => listEvents(pool, { of: 'all' }, { kinds: allKinds }, { ...eventPage, pageStart: middleEvents[0]?.id }),
  },
  {
    name: 'GET /events of a rare kind',
    limitMs: 50,
    run: () => listEvents(pool, { of: 'all' }, { kinds: ['SETTINGS_UPDATE'] }, eventPage),
  },
  {
    name: 'GET /events of an actor, rare kind',
    limitMs: 50,
    run: () => listEvents(pool, { of: 'all' }, { kinds: ['SETTINGS_UPDATE'], actorId: ownEvents.id }, eventPage),
  },
  {
    name: 'GET /events, none before a time',
    limitMs: 50,
    run: () => listEvents(pool, { of: 'all' }, { kinds: allKinds, publishedBefore: new Date(0) }, eventPage),
  },
  {
    name: 'GET /events of somebody, 100 repos',
    limitMs: 50,
    run: () => listEvents(pool, ownEvents, { kinds: allKinds }, eventPage),
  },
  {
    name: 'events of a repository, no pulls',
    limitMs: 50,
    run: () =>
      listEvents(pool, oneOfManyEvents, { kinds: allKinds.filter((kind) => !kind.endsWith('_PULL')) }, eventPage),
  },
  {
    name: 'GET /events?count=true, its count',
    limitMs: 1_000,
    run: () => countEvents(pool, { of: 'all' }, { kinds: allKinds }),
  },
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
  {
    name: 'GET …/tags, 100 of half a million',
    limitMs: 50,
    run: () => listTags(pool, tagsOfFirst, { pageStart: 'tag-3', pageSize: 100 }),
  },
  { name: 'GET …/tags/{tag}', limitMs: 10, run: () => findTag(pool, tagsOfFirst, 'tag-500000', {}) },
  { name: '_catalog of an administrator, 1,000', limitMs: 50, run: () => listReadable(pool, 'all', catalogPage) },
  {
    name: '_catalog of somebody else, 1,000',
    limitMs: 50,
    run: () => listReadable(pool, { namespaces: ['ada'], teamIds: [], repositoryIds: [] }, catalogPage),
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

console.log(`\n${'statement'.padEnd(52)}${'p50 ms'.padStart(10)}${'worst ms'.padStart(10)}${'limit ms'.padStart(10)}`);
await measure(cases);
// Once: these change what they measure.
await showOnce(1_000, async () => {
  const { reviewed } = await reviewPage(pool, 1_000);
  return `review of ${reviewed} due blobs, all orphans`;
});
await showOnce(1_000, async () => {
  const { count } = await cancelJobs(pool, { filter: { action: 'webhook' }, requestedBy: 'admin', limit: 10_000 });
  return `cancel of ${count} jobs`;
});

await prune('jobs and their logs', jobHistory, pruneJobs);
await prune('events', repositoryEventHistory, pruneRepositoryEvents);
for (const namespaces of [1, 10_000]) await measure(await admissionCases(pool, rowCount, namespaces));

async function measure(measured: readonly Case[]): Promise<void> {
  for (const { name, limitMs, run } of measured) {
    const timesMs: number[] = [];
    for (let i = 0; i < repeats; i++) {
      const startedMs = performance.now();
      await run();
      timesMs.push(performance.now() - startedMs);
    }
    timesMs.sort((a, b) => a - b);
    show(name, timesMs[repeats / 2] ?? 0, timesMs.at(-1) ?? 0, limitMs);
  }
}

async function showOnce(limitMs: number, run: () => Promise<string>): Promise<void> {
  const startedMs = performance.now();
  const name = await run();
  const durationMs = performance.now() - startedMs;
  show(name, durationMs, durationMs, limitMs);
}

/** Removes a whole history but for the newest row, as the job does it, and shows what its pages take. */
async function prune(
  what: string,
  history: typeof jobHistory,
  page: (pool: pg.Pool, range: PruneRange) => Promise<PrunedPage>,
): Promise<void> {
  const planMs = performance.now();
  const before = await findHistoryCut(pool, history, { toKeep: 1, maxAgeMs: undefined });
  if (!before) throw new Error(`there are no ${what}`);
  const due = await countBefore(pool, history, before);
  show(`count of ${due} ${what}`, performance.now() - planMs, performance.now() - planMs, 5_000);
  const timesMs: number[] = [];
  let lines = 0;
  for (let after: HistoryKey | undefined; ;) {
    const startedMs = performance.now();
    const done = await page(pool, { before, after, limit: 1_000 });
    timesMs.push(performance.now() - startedMs);
    lines += done.linesRemoved;
    if (!done.next) break;
    after = done.next;
  }
  const totalSeconds = timesMs.reduce((sum, timeMs) => sum + timeMs, 0) / 1_000;
  timesMs.sort((a, b) => a - b);
  show(`page of 1,000 ${what}`, timesMs[Math.floor(timesMs.length / 2)] ?? 0, timesMs.at(-1) ?? 0, 1_000);
  console.log(`  ${timesMs.length} pages, ${lines} log lines, ${totalSeconds.toFixed(1)} s in all`);
}

function show(name: string, medianMs: number, worstMs: number, limitMs: number): void {
  const figures = [medianMs, worstMs].map((ms) => ms.toFixed(1).padStart(10)).join('');
  console.log(`${name.padEnd(52)}${figures}${String(limitMs).padStart(10)}${worstMs > limitMs ? '  over' : ''}`);
}
