// Jobs of every sort while worker processes, PostgreSQL and Temporal are killed: at the end everything is as if nothing
// had happened.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { createPool } from '../../database/pool.ts';
import { cancelJob } from '../../jobs/records/commands.ts';
import { startPostgres, type PostgresServer } from '../../local/postgres.ts';
import { createFilesystemBlobStore } from '../../registry/store/filesystem-blob-store.ts';
import { eventually } from '../e2e/eventually.ts';
import { startRole, temporaryDataDir, type RoleProcess } from '../e2e/jobrunner-process.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../e2e/webhook-receiver.ts';
import { assertAgreement } from '../registry/collection/agreement.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { makeIdleUploads } from '../workflows/idle-uploads.ts';
import { makeOrphans } from '../workflows/orphans.ts';
import { makeUntagged } from '../workflows/untagged.ts';
import { mixJobs, storePart, type JobMix } from './job-mix.ts';
import { servicesEnv } from '../e2e/services-env.ts';

// The long form has 2,000 jobs and three rounds (test/soak/README.md).
const jobCount = Number(process.env['SOAK_JOBS'] ?? 120);
const rounds = Number(process.env['SOAK_ROUNDS'] ?? 1);
const downMs = Number(process.env['SOAK_DOWN_MS'] ?? 2_000);
const garbageCount = Math.min(jobCount, 500);
const timeoutMs = 180_000 + jobCount * 400;
const quietMs = 4_000;

test(
  `${jobCount} jobs end as if nothing had happened while workers, PostgreSQL and Temporal are killed, ${rounds} times each`,
  { skip: missing('temporal'), timeout: 2 * timeoutMs },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const dataDir = await temporaryDataDir(cleanUp);
    const startDatabase = (previous?: PostgresServer): Promise<PostgresServer> =>
      startPostgres({ dataDir, onProgress: () => undefined, ...(previous && { port: previous.port }) });
    let database = await startDatabase();
    cleanUp.after(() => database.stop());
    const temporal = await startTestTemporal(cleanUp);
    const receiver = await startWebhookReceiver(cleanUp);
    const env = {
      ...servicesEnv({ databaseUrl: database.url, dataDir, temporal }),
      HTTP_PROCESSES: '1',
    };
    const { client } = await startRole(cleanUp, 'api,garant,registry', env);
    const pool = createPool({ connectionString: database.url, applicationName: 'soak', onError: () => undefined });
    cleanUp.after(() => pool.end());
    // Before anybody is told of pushes.
    for (let index = 0; index < 5; index++) await client.pushImage('admin/soak', `v${index}`);
    await client.subscribe('TAG_PUSH', 'admin/soak', receiver.url);
    const blobsPath = join(dataDir, 'blobs');
    const stores = { pool, blobsPath, blobStore: await createFilesystemBlobStore({ rootPath: blobsPath }) };
    await makeOrphans(stores, garbageCount);
    await makeIdleUploads(stores, garbageCount);
    await makeUntagged(stores, 'untagged', garbageCount);
    refuseFirstOfFour(receiver);

    const workers: RoleProcess[] = [];
    for (const name of ['first', 'second']) {
      workers.push(await startRole(cleanUp, 'worker', { ...env, JOBRUNNER_DEPLOYMENT: name }));
    }
    const mix = mixJobs(jobCount);
    const total = mix.ends.size + mix.tags.length;
    const startedMs = performance.now();
    const storing = (async () => {
      for (const part of mix.parts) {
        await persist(() => storePart(pool, part));
        await delay(300);
      }
    })();

    const kills: Record<string, () => Promise<void>> = {
      worker: async () => {
        const victim = workers.shift();
        assert.ok(victim);
        await victim.process.stop('SIGKILL');
        workers.push(await startRole(cleanUp, 'worker', { ...env, JOBRUNNER_DEPLOYMENT: 'next' }));
      },
      PostgreSQL: async () => {
        database.kill();
        await database.exited;
        await delay(downMs);
        // Its last children may hold the shared memory for a moment.
        database = await persist(() => startDatabase(database));
      },
      Temporal: async () => {
        await temporal.kill();
        await delay(downMs);
        await temporal.restart();
      },
    };
    const order = Array.from({ length: rounds }, () => Object.entries(kills)).flat();
    for (const [index, [name, kill]] of order.entries()) {
      const due = Math.floor(((index + 1) * total) / (order.length + 2));
      await eventually(`${due} of ${total} jobs to have ended`, async () => (await countEnded(pool)) >= due, {
        timeoutMs,
        intervalMs: 100,
      });
      const before = await countEnded(pool);
      await kill();
      t.diagnostic(`${name} was killed after ${before} of ${total} jobs, ${seconds(startedMs)} s`);
      if (index === 0) for (const jobId of mix.sleepers) await persist(() => cancelJob(pool, jobId, 'soak'));
    }
    await storing;
    await eventually('every job to have ended', async () => (await countEnded(pool)) === total, {
      timeoutMs,
      intervalMs: 500,
    }).catch(async (error: unknown) => {
      throw new Error(`left: ${JSON.stringify(await unfinished(pool))}`, { cause: error });
    });
    t.diagnostic(`${total} jobs had ended after ${seconds(startedMs)} s`);
    // For as long as this nothing more may come.
    await delay(quietMs);

    await assertEnds(pool, mix);
    const repeats = assertDeliveries(receiver, mix);
    t.diagnostic(`${receiver.received.length} deliveries of ${mix.tags.length} webhooks, ${repeats} repeated`);
    const uploads = await readdir(join(blobsPath, 'uploads'), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      uploads.filter((entry) => entry.isFile()).map(({ name }) => name),
      [],
    );
    assert.equal((await pool.query('SELECT FROM registry.uploads')).rowCount, 0);
    assert.equal((await pool.query('SELECT FROM registry.manifests')).rowCount, 5, 'what is tagged, and nothing else');
    await assertAgreement(pool, blobsPath);
  },
);

/** Every fourth event finds its receiver unwell at first. */
function refuseFirstOfFour(receiver: WebhookReceiver): void {
  const seen = new Set<string>();
  receiver.answerWith(({ deliveryId, contents }) => {
    const isFirst = !seen.has(deliveryId);
    seen.add(deliveryId);
    const number = Number(contents['tag']?.slice(1));
    return { status: isFirst && number % 8 === 1 ? 503 : 200, delayMs: (number % 5) * 40 };
  });
}

/** Does it again until it succeeds: PostgreSQL may be away. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  let lastError: unknown;
  await eventually(
    'the database',
    async () => {
      try {
        result = { value: await work() };
        return true;
      } catch (error) {
        lastError = error;
        return false;
      }
    },
    { timeoutMs: 60_000, intervalMs: 300 },
  ).catch((error: unknown) => {
    throw new Error(String(error), { cause: lastError });
  });
  if (!result) throw new Error('there is no result');
  return result.value;
}

async function countEnded(pool: pg.Pool): Promise<number> {
  const { rows } = await persist(() =>
    pool.query<{ count: number }>('SELECT count(*) AS count FROM jobs.jobs WHERE ended_at IS NOT NULL'),
  );
  return rows[0]?.count ?? -1;
}

async function unfinished(pool: pg.Pool): Promise<unknown> {
  const { rows } = await pool.query(
    `SELECT j.id, j.status, j.worker_id, j.admitted_at, j.progress,
       (SELECT json_agg(o) FROM jobs.outbox o WHERE o.job_id = j.id) AS orders
     FROM jobs.jobs j WHERE j.ended_at IS NULL LIMIT 20`,
  );
  return rows;
}

/** Every job that was asked for has ended once, as it must, and there is no other. */
async function assertEnds(pool: pg.Pool, mix: JobMix): Promise<void> {
  const { rows } = await pool.query<{ id: string; action: string; status: string; failure: string | null }>(
    'SELECT id, action, status, failure FROM jobs.jobs',
  );
  const wrong = rows.filter(({ id, action, status }) => status !== (action === 'webhook' ? 'done' : mix.ends.get(id)));
  assert.deepEqual(wrong, []);
  assert.equal(rows.length, mix.ends.size + mix.tags.length);
  const { rows: logs } = await pool.query(
    `SELECT id FROM jobs.jobs JOIN LATERAL (
       SELECT count(*) FILTER (WHERE data::jsonb ->> 'msg' = 'started') AS starts,
              count(*) FILTER (WHERE data::jsonb ->> 'msg' IN ('done', 'failed', 'canceled')) AS ends,
              count(*) AS lines, max(line_num) + 1 AS next
       FROM jobs.log_lines WHERE job_id = id) l ON true
     WHERE starts <> 1 OR ends <> 1 OR lines <> next`,
  );
  assert.deepEqual(logs, [], 'the log of every job has one start, one end, and no gap');
  assert.equal((await pool.query('SELECT FROM jobs.outbox')).rowCount, 0);
}

/** Every event was told once, or again under the same id. Gives how many were told again though all was well. */
function assertDeliveries({ received }: WebhookReceiver, { tags }: JobMix): number {
  const idsByTag = new Map<string, Set<string>>();
  for (const { contents, deliveryId } of received) {
    const tag = contents['tag'] ?? '';
    idsByTag.set(tag, (idsByTag.get(tag) ?? new Set()).add(deliveryId));
  }
  assert.deepEqual([...idsByTag.keys()].toSorted(), tags.toSorted(), 'every event was told, and no other');
  const several = [...idsByTag].filter(([, ids]) => ids.size !== 1);
  assert.deepEqual(several, [], 'an event was told under several ids');
  assert.equal(new Set([...idsByTag.values()].flatMap((ids) => [...ids])).size, tags.length);
  const refused = tags.filter((tag) => Number(tag.slice(1)) % 8 === 1).length;
  return received.length - tags.length - refused;
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1_000).toFixed(0);
}
