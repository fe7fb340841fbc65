import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type pg from 'pg';
import type { Alert } from '../../../api/settings/alerts.ts';
import type { ClusterStatus } from '../../../api/settings/cluster-status.ts';
import { enqueueJobs } from '../../../jobs/records/enqueue.ts';
import { buryWorker, registerWorker } from '../../../jobs/queue/worker-records.ts';
import { quarantineBlobs, releaseBlobs } from '../../../registry/blobs/quarantine.ts';
import { newJob } from '../../jobs/test-jobs.ts';
import { cannotMount, mountSmallDisk } from '../../support/small-disk.ts';
import { assertMsrShape } from '../msr-definitions.ts';
import { startApi, type TestApi } from '../test-api.ts';

/** Alerts, but for those of this machine's disk. */
async function alertsOf(api: TestApi): Promise<Alert[]> {
  const { status, json, text } = await api.send('GET', '/api/v0/meta/alerts');
  assert.equal(status, 200, text);
  const alerts = json as Alert[];
  for (const alert of alerts) assertMsrShape('responses.Alert', alert);
  return alerts.filter((alert) => alert.class !== 'disk');
}

async function statusOf(api: TestApi): Promise<ClusterStatus> {
  const { status, json, text } = await api.send('GET', '/api/v0/meta/cluster_status');
  assert.equal(status, 200, text);
  assertMsrShape('responses.ClusterStatus', json);
  return json as ClusterStatus;
}

/** A cron of an action, and its runs, the last one last. */
async function addRuns(
  pool: pg.Pool,
  action: string,
  statuses: readonly string[],
  { trigger = 'schedule', retriesLeft = 0 }: { trigger?: string; retriesLeft?: number } = {},
): Promise<void> {
  await pool.query(
    `INSERT INTO jobs.crons (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout, requested_by)
     VALUES ($1, $1, '@daily', 0, '{}', '{}', '', '', 'admin') ON CONFLICT DO NOTHING`,
    [action],
  );
  for (const [index, status] of statuses.entries()) {
    await pool.query(
      `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
         deadline, stop_timeout, trigger, requested_by, cron, scheduled_at, ended_at)
       VALUES ($1, $2, $3, '{}', '{}', '', $6, 0, '', '', $4, 'admin', CASE $4 WHEN 'api' THEN '' ELSE $2 END,
         now() - $5 * interval '1 hour', now())`,
      [`${action}-${trigger}-${index}`, action, status, trigger, statuses.length - index, retriesLeft],
    );
  }
}

/** A worker that told of itself so many seconds ago, and lives for as long as a heartbeat counts. */
async function addWorker(
  pool: pg.Pool,
  id: string,
  { silentSeconds = 0, deployment = 'default' }: { silentSeconds?: number; deployment?: string } = {},
): Promise<void> {
  await registerWorker(pool, { id, deployment, version: '0.1.0', roles: ['worker'] });
  await pool.query(
    `UPDATE jobs.workers SET started_at = now() - $2 * interval '1 s', heartbeat_at = now() - $2 * interval '1 s',
       heartbeat_expiration = heartbeat_expiration - $2 * interval '1 s' WHERE id = $1`,
    [id, silentSeconds],
  );
}

test('features and language have the shape of MSR', async (t) => {
  const api = await startApi(t);
  assertMsrShape('responses.Features', (await api.send('GET', '/api/v0/meta/features', { as: 'ada' })).json);
  const language = await api.send('GET', '/api/v0/accounts/language', { as: 'ada' });
  assertMsrShape('responses.Language', language.json);
  assert.deepEqual(language.json, { language: 'en' });
});

test('where nothing is wrong there are no alerts, and all parts are well', async (t) => {
  const api = await startApi(t);
  await enqueueJobs(api.pool, [newJob(), newJob({ scheduledAt: new Date(Date.now() + 3_600_000) })]);
  await addRuns(api.pool, 'sleep', ['error', 'error', 'done', 'error', 'error']);
  await addRuns(api.pool, 'false', ['error', 'error', 'error'], { trigger: 'api' });
  await addWorker(api.pool, 'worker-1');
  assert.deepEqual(await alertsOf(api), []);
  const status = await statusOf(api);
  assert.deepEqual(status.replica_health, { database: 'OK', temporal: 'OK', workers: 'OK' });
  assert.deepEqual(status.replica_readonly, { database: false, temporal: false, workers: false });
  assert.equal(status.gc_lock_holder, '');
});

test('a process in trouble, and jobs that no worker looks at, are alerts and change the status', async (t) => {
  const problems: string[] = [];
  const api = await startApi(t, { problems: () => problems });
  await enqueueJobs(api.pool, [newJob({ id: 'onlinegc_blobs:1', action: 'onlinegc_blobs' })]);
  await api.pool.query(`DELETE FROM jobs.outbox`);
  await api.pool.query(
    `UPDATE jobs.jobs SET status = 'running', worker_id = 'host-1', admitted_at = now(), checked_at = now() - interval '1 hour'`,
  );
  await addWorker(api.pool, 'worker-1');
  const [unchecked, ...more] = await alertsOf(api);
  assert.deepEqual([unchecked?.class, unchecked?.id, more.length], ['worker', 'worker:unchecked', 0]);
  assert.match(unchecked?.message ?? '', /^1 unfinished jobs have not been looked at .*role worker/);
  const status = await statusOf(api);
  assert.match(status.replica_health['workers'] ?? '', /no worker is at work/);
  assert.equal(status.gc_lock_holder, 'host-1');
  await api.pool.query('UPDATE jobs.jobs SET checked_at = now()');
  assert.deepEqual(await alertsOf(api), []);
  problems.push('a worker is not polling');
  assert.deepEqual(
    (await alertsOf(api)).map(({ id }) => id),
    ['process:a worker is not polling'],
  );
  assert.equal((await statusOf(api)).replica_health['workers'], 'a worker is not polling');
});

test('jobs that are due while no worker lives are a backlog; those that wait for room are none', async (t) => {
  const api = await startApi(t);
  await enqueueJobs(api.pool, [newJob(), newJob({ capacityMap: { scan: 100 } })]);
  await api.pool.query(`UPDATE jobs.outbox SET due_at = now() - interval '2 hours'`);
  assert.match((await statusOf(api)).replica_health['workers'] ?? '', /^no worker lives: no job runs/);
  const [idle, ...more] = await alertsOf(api);
  assert.deepEqual([idle?.class, idle?.id, more.length], ['backlog', 'backlog:queue', 0]);
  assert.match(idle?.message ?? '', /^2 jobs are due, and no worker lives: start a process with the role worker/);
  await addWorker(api.pool, 'worker-1');
  assert.deepEqual(await alertsOf(api), []);
  assert.equal((await statusOf(api)).replica_health['workers'], 'OK');
});

test('orders that nobody takes up, and a Temporal that is away, are a backlog', async (t) => {
  const api = await startApi(t);
  await addWorker(api.pool, 'worker-1');
  await enqueueJobs(api.pool, [newJob(), newJob()]);
  await api.pool.query(`UPDATE jobs.outbox SET state = 'order', due_at = now() - interval '2 minutes'`);
  const [idle] = await alertsOf(api);
  assert.deepEqual([idle?.class, idle?.id], ['backlog', 'backlog:orders']);
  assert.match(idle?.message ?? '', /^2 orders for Temporal .* no process with the role worker takes them up/);
  // As the dispatcher leaves orders that it tries again and again.
  await api.pool.query(
    `UPDATE jobs.outbox SET due_at = now() + interval '4 seconds', attempts = 20, last_error = 'connection refused'`,
  );
  const [away] = await alertsOf(api);
  assert.match(away?.message ?? '', /Temporal cannot be reached: connection refused/);
  assert.match((await statusOf(api)).replica_health['temporal'] ?? '', /connection refused/);
  await api.pool.query('UPDATE jobs.outbox SET attempts = 2');
  assert.deepEqual(await alertsOf(api), [], 'it may be a restart');
});

test('a dead worker is an alert until one of its deployment has started in its place', async (t) => {
  const api = await startApi(t);
  await addWorker(api.pool, 'worker-1', { silentSeconds: 3_600 });
  await addWorker(api.pool, 'worker-2', { deployment: 'scans' });
  const silent = await alertsOf(api);
  assert.deepEqual(
    silent.map(({ class: kind, id, url }) => [kind, id, url]),
    [['worker', 'worker:worker-1', '/api/v0/workers']],
    'nobody has buried it yet',
  );
  assert.match(silent[0]?.message ?? '', /^worker worker-1 of the deployment default has been silent since 20/);
  await buryWorker(api.pool, 'worker-1');
  assert.deepEqual(await alertsOf(api), silent);
  await addWorker(api.pool, 'worker-3');
  assert.deepEqual(await alertsOf(api), []);
});

test('a cron whose last three runs failed is an alert that leads to the log', async (t) => {
  const api = await startApi(t);
  await addRuns(api.pool, 'sleep', ['done', 'error', 'error', 'error']);
  await addRuns(api.pool, 'false', ['error', 'error']);
  // Tries that were followed by another one are no runs of their own.
  await addRuns(api.pool, 'gc_audit', ['error', 'error', 'error', 'error'], { retriesLeft: 1 });
  await addRuns(api.pool, 'gc_audit', ['error', 'done'], { trigger: 'retry' });
  const alerts = await alertsOf(api);
  assert.deepEqual(
    alerts.map((alert) => [alert.class, alert.id]),
    [['cron', 'cron:sleep']],
  );
  assert.equal((await api.send('GET', alerts[0]?.url ?? '')).status, 200);
  await api.pool.query(`UPDATE jobs.crons SET is_paused = true WHERE name = 'sleep'`);
  assert.deepEqual(await alertsOf(api), [], 'somebody has seen to it');
});

test('a cron that Temporal does not take is an alert', async (t) => {
  const api = await startApi(t);
  await addRuns(api.pool, 'sleep', ['done']);
  await api.pool.query(`UPDATE jobs.crons SET problem = 'no such time zone'`);
  const [alert, ...more] = await alertsOf(api);
  assert.deepEqual([alert?.id, alert?.url, more.length], ['cron:sleep', '/api/v0/crons/sleep', 0]);
  assert.match(alert?.message ?? '', /no such time zone/);
});

test('blobs in quarantine are alerts that name the images concerned', async (t) => {
  const api = await startApi(t);
  await api.pool.query(
    `INSERT INTO registry.repositories (namespace, name) VALUES ('admin', 'app'), ('admin', 'gone')`,
  );
  await api.pool.query(
    `INSERT INTO registry.blobs (digest, size_bytes, storage_key) SELECT 'sha256:' || i, 1, i FROM generate_series(1, 3) i`,
  );
  await api.pool.query(
    `WITH m AS (INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
       SELECT id, 'sha256:' || name || i, 'm', '{}', 'admin' FROM registry.repositories, generate_series(1, 22) i
       RETURNING id, repository_id)
     INSERT INTO registry.manifest_blobs (manifest_id, blob_id)
     SELECT m.id, b.id FROM m, registry.blobs b WHERE b.digest = 'sha256:1'`,
  );
  await api.pool.query(
    `UPDATE registry.repositories SET namespace = NULL, deleted_namespace = namespace, deleted_at = now() WHERE name = 'gone'`,
  );
  const { rows } = await api.pool.query<{ id: number; storageKey: string }>(
    `SELECT id, storage_key AS "storageKey" FROM registry.blobs ORDER BY id`,
  );
  const [lost, damaged] = rows;
  assert.ok(lost && damaged);
  assert.deepEqual(await alertsOf(api), []);
  await quarantineBlobs(api.pool, [{ ...lost, reason: 'missing' }]);
  await quarantineBlobs(api.pool, [{ ...damaged, reason: 'corrupt' }]);
  const [first, second, ...more] = await alertsOf(api);
  assert.deepEqual([first?.class, first?.id, second?.id, more], ['blob', 'blob:sha256:1', 'blob:sha256:2', []]);
  assert.match(
    first?.message ?? '',
    /sha256:1 are missing from the blob store.* cannot be pulled: admin\/app@sha256:app/,
  );
  assert.match(first?.message ?? '', /, and others\. Push one/);
  assert.equal(first?.img, first?.message.match(/admin\/app@\S+?(?=,)/)?.[0]);
  assert.doesNotMatch(first?.message ?? '', /gone/);
  assert.equal(first?.message.match(/admin\/app@/g)?.length, 20);
  assert.match(second?.message ?? '', /are damaged, .*; no image needs it/);
  await releaseBlobs(api.pool, [lost.id, damaged.id]);
  assert.deepEqual(await alertsOf(api), []);
});

test('a disk that is nearly full is an alert', { skip: cannotMount() }, async (t) => {
  const sizeBytes = 1024 * 1024;
  const dataDir = mountSmallDisk(t, sizeBytes);
  const api = await startApi(t, { dataDir });
  const ids = async () => ((await api.send('GET', '/api/v0/meta/alerts')).json as Alert[]).map(({ id }) => id);
  assert.deepEqual(await ids(), []);
  await writeFile(join(dataDir, 'blob'), Buffer.alloc(sizeBytes * 0.97));
  assert.deepEqual(await ids(), ['disk:data']);
});

test('a registry that is set read-only is shown as that', async (t) => {
  const api = await startApi(t);
  await api.send('POST', '/api/v0/meta/settings', { body: { readOnlyRegistry: true } });
  assert.deepEqual(Object.values((await statusOf(api)).replica_readonly), [true, true, true]);
});
