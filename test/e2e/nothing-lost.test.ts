import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { startPostgres, type PostgresServer } from '../../local/postgres.ts';
import { signal } from '../../local/process.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { eachOf } from './each-of.ts';
import { eventually } from './eventually.ts';
import { startJobrunner, startRole, temporaryDataDir } from './jobrunner-process.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';
import { servicesEnv } from './services-env.ts';

const skip = missing('temporal');

const pushes = 50;
const tags = Array.from({ length: pushes }, (_, index) => `t${index}`);
// For as long as this nothing more may arrive.
const quietMs = 4_000;

function tagsOf(receiver: WebhookReceiver): string[] {
  return receiver.received.map(({ contents }) => contents['tag'] ?? '').sort();
}

async function outboxCount(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM jobs.outbox');
  return rows[0]?.count ?? -1;
}

async function waitForAllJobs(pool: pg.Pool, count: number, timeoutMs: number): Promise<void> {
  let seen = '';
  const byStatus = async (): Promise<true | undefined> => {
    const { rows } = await pool.query<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM jobs.jobs GROUP BY status ORDER BY status',
    );
    seen = JSON.stringify(rows);
    return rows.length === 1 && rows[0]?.status === 'done' && rows[0].count === count ? true : undefined;
  };
  await eventually(`${count} jobs done`, byStatus, { timeoutMs, intervalMs: 200 }).catch((error: unknown) => {
    throw new Error(`jobs are ${seen}`, { cause: error });
  });
}

test('50 pushes while Temporal is dead are 50 webhooks once it is back', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { url, pool } = await createTestDatabase(cleanUp);
  const temporal = await startTestTemporal(cleanUp);
  const receiver = await startWebhookReceiver(cleanUp);
  const { client } = await startRole(
    cleanUp,
    'api,garant,registry,worker',
    servicesEnv({ databaseUrl: url, dataDir: await temporaryDataDir(cleanUp), temporal }),
  );
  await client.subscribe('TAG_PUSH', 'admin', receiver.url);
  // One that has gone through: the way from push to webhook is open.
  await client.pushImage('admin/before', 'one');
  await receiver.waitForCount(1, 20_000);
  await waitForAllJobs(pool, 1, 20_000);

  await temporal.kill();
  for (const tag of tags) await client.pushImage('admin/app', tag);
  assert.equal(await outboxCount(pool), pushes, 'every push has its outbox row');
  assert.equal(receiver.received.length, 1);

  const restartedMs = performance.now();
  await temporal.restart();
  const answersMs = performance.now();
  await receiver.waitForCount(1 + pushes, 90_000);
  t.diagnostic(
    `${pushes} webhooks ${Math.round(performance.now() - answersMs)} ms after Temporal answered again, ` +
      `${Math.round(performance.now() - restartedMs)} ms after it was started`,
  );
  await waitForAllJobs(pool, 1 + pushes, 60_000);
  assert.equal(await outboxCount(pool), 0);
  await delay(quietMs);
  assert.deepEqual(tagsOf(receiver), ['one', ...tags].sort(), 'every tag once, and nothing else');
  assert.equal(new Set(receiver.received.map(({ deliveryId }) => deliveryId)).size, 1 + pushes);
});

test(
  'a worker that is killed in the middle of 50 webhooks and a garbage collection loses neither',
  { skip },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { url, pool } = await createTestDatabase(cleanUp);
    const temporal = await startTestTemporal(cleanUp);
    const receiver = await startWebhookReceiver(cleanUp);
    // The last ones are held, so that some are under way whenever the collection has begun.
    receiver.answerWith((_, index) => ({ status: 200, delayMs: index < 30 ? usualDelayMs(index) : 20_000 }));
    const dataDir = await temporaryDataDir(cleanUp);
    const env = servicesEnv({ databaseUrl: url, dataDir, temporal });
    const { client } = await startRole(cleanUp, 'api,garant,registry', env);
    const orphans = 400;
    const pageSize = 10;
    await eachOf(Array.from({ length: orphans }), 8, () => client.pushBlob('admin/orphans', randomBytes(500)));
    await client.subscribe('TAG_PUSH', 'admin', receiver.url);
    const collection = await client.startJob('onlinegc_blobs', { batchSize: String(pageSize) });
    await eachOf(tags, 8, (tag) => client.pushImage('admin/app', tag));
    const blobsBefore = await blobCount(pool);

    const first = await startRole(cleanUp, 'worker', env);
    await eventually(
      'webhooks and collection to be under way',
      async () => receiver.received.length >= 10 && (await blobCount(pool)) < blobsBefore,
      { intervalMs: 10 },
    );
    await first.process.stop('SIGKILL');
    receiver.answerWith((_, index) => ({ status: 200, delayMs: usualDelayMs(index) }));
    const deliveredBefore = receiver.received.length;
    const orphansLeft = (await blobCount(pool)) - (blobsBefore - orphans);
    const unfinished = (await client.listJobs('webhook')).filter(({ status }) => status !== 'done').length;
    t.diagnostic(
      `killed after ${deliveredBefore} deliveries (${unfinished} jobs not done), ${orphansLeft} orphans left`,
    );
    assert.ok(unfinished > 0 && orphansLeft > 0, 'it was killed in the middle of both');

    const restartedMs = performance.now();
    await startRole(cleanUp, 'worker', env);
    await waitForAllJobs(pool, pushes + 1, 120_000);
    t.diagnostic(
      `all done ${Math.round(performance.now() - restartedMs)} ms after the new worker was started, ` +
        `${receiver.received.length} deliveries`,
    );
    assert.deepEqual([...new Set(tagsOf(receiver))], tags.toSorted(), 'every tag was delivered');
    const { result } = await client.waitForJob(collection, ['done']);
    // A page that was committed by a worker that died before it could tell is done, but not counted.
    assert.ok(Number(result?.['blobsOrphaned']) >= orphans - pageSize, JSON.stringify(result));
    assert.equal(await blobCount(pool), blobsBefore - orphans);
    await assertDatabaseAndDiskAgree(pool, dataDir);
  },
);

test('a webhook of a push is delivered once though everything is killed right after the push', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const receiver = await startWebhookReceiver(cleanUp);
  const jobrunner = await startJobrunner(cleanUp);
  const { client } = jobrunner;
  await client.subscribe('TAG_PUSH', 'admin', receiver.url);

  const { pid: temporalPid } = await jobrunner.temporal();
  signal(temporalPid, 'SIGSTOP');
  await client.pushImage('admin/app', 'last-words');
  await jobrunner.process.stop('SIGKILL');
  assert.equal(receiver.received.length, 0, 'it was killed before the webhook');
  // An order that was on its way may now still be carried out, behind the back of everybody.
  signal(temporalPid, 'SIGCONT');

  const restartedMs = performance.now();
  await jobrunner.restart();
  await receiver.waitForCount(1, 60_000);
  t.diagnostic(`webhook ${Math.round(performance.now() - restartedMs)} ms after the new start`);
  await eventually('the job to be done', async () => (await client.listJobs('webhook'))[0]?.status === 'done');
  await delay(quietMs);
  assert.deepEqual(tagsOf(receiver), ['last-words']);
});

test('while PostgreSQL is away pushes fail cleanly; once it is back pushes and jobs go on', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const dataDir = await temporaryDataDir(cleanUp);
  const startDatabase = (previous?: PostgresServer): Promise<PostgresServer> =>
    startPostgres({ dataDir, onProgress: () => undefined, ...(previous && { port: previous.port }) });
  let database = await startDatabase();
  cleanUp.after(() => database.stop());
  const temporal = await startTestTemporal(cleanUp);
  const receiver = await startWebhookReceiver(cleanUp);
  const { client, process: running } = await startRole(
    cleanUp,
    'api,garant,registry,worker',
    servicesEnv({ databaseUrl: database.url, dataDir, temporal }),
  );
  await client.subscribe('TAG_PUSH', 'admin', receiver.url);
  const digest = await client.pushImage('admin/app', 'before');
  await receiver.waitForCount(1, 20_000);
  const sleeping = await client.startJob('sleep', { seconds: '3' });
  await client.waitForJob(sleeping, ['running']);

  await database.stop();
  const push = await client.registry<{ errors: { code: string }[] }>('POST', '/admin/app/blobs/uploads/');
  assert.deepEqual([push.status, push.body.errors[0]?.code], [503, 'UNAVAILABLE']);
  assert.ok(Number(push.headers.get('retry-after')) > 0);
  const job = await client.api<{ errors: { code: string }[] }>('POST', '/jobs', { action: 'sleep' });
  assert.equal(job.status, 503);
  assert.equal(job.body.errors[0]?.code, 'UNAVAILABLE');
  // The sleep ends while its row cannot be written.
  await delay(4_000);
  database = await startDatabase(database);

  await eventually('pushes to work again', async () => {
    const answer = await client.registry('POST', '/admin/app/blobs/uploads/');
    return answer.status === 202;
  });
  await client.pushImage('admin/app', 'after');
  await receiver.waitForCount(2, 20_000);
  assert.deepEqual(tagsOf(receiver), ['after', 'before']);
  assert.equal((await client.waitForJob(sleeping, ['done'], 60_000)).status, 'done');
  assert.equal((await client.registry('HEAD', `/admin/app/manifests/${digest}`)).status, 200);
  assert.deepEqual(await running.stop('SIGTERM'), { code: 0, signal: null });
});

async function blobCount(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM registry.blobs');
  return rows[0]?.count ?? -1;
}

async function assertDatabaseAndDiskAgree(pool: pg.Pool, dataDir: string): Promise<void> {
  const { rows } = await pool.query<{ key: string }>('SELECT storage_key AS key FROM registry.blobs');
  const entries = await readdir(join(dataDir, 'blobs', 'blobs'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  assert.deepEqual(files.sort(), rows.map(({ key }) => key).sort());
  const { rowCount } = await pool.query('SELECT FROM registry.deleted_objects');
  assert.equal(rowCount, 0);
}

function usualDelayMs(index: number): number {
  return 100 + (index % 5) * 25;
}
