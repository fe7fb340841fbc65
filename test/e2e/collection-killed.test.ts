import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPool } from '../../database/pool.ts';
import { signal } from '../../local/process.ts';
import { startPostgres, type PostgresServer } from '../../local/postgres.ts';
import { createFilesystemBlobStore } from '../../registry/store/filesystem-blob-store.ts';
import { assertAgreement } from '../registry/collection/agreement.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createRandom } from '../support/random.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { makeOrphanFiles } from '../workflows/orphan-files.ts';
import { digestOf } from './client.ts';
import { eachOf } from './each-of.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { servicesEnv } from './services-env.ts';

// GC_KILL_ROUNDS kills each of the three as often; GC_KILL_SEED=random chooses other moments.
const rounds = Number(process.env['GC_KILL_ROUNDS'] ?? 1);
const seed = process.env['GC_KILL_SEED'] === 'random' ? randomBytes(4).readUInt32BE() : 7;
const orphans = 1_000 * rounds;
const pageSize = 10;
const keptImages = 20;
const victims = ['the worker', 'PostgreSQL', 'Temporal'] as const;

test(
  `worker, PostgreSQL and Temporal are killed during a collection, which goes on from where it was (seed ${seed})`,
  { skip: missing('temporal') },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const dataDir = await temporaryDataDir(cleanUp);
    const startDatabase = (previous?: PostgresServer): Promise<PostgresServer> =>
      startPostgres({ dataDir, onProgress: () => undefined, ...(previous && { port: previous.port }) });
    let database = await startDatabase();
    cleanUp.after(() => database.stop());
    const temporal = await startTestTemporal(cleanUp);
    const env = servicesEnv({ databaseUrl: database.url, dataDir, temporal });
    const { client } = await startRole(cleanUp, 'api,garant,registry', env);
    const pool = createPool({ connectionString: database.url, applicationName: 'test', onError: () => undefined });
    cleanUp.after(() => pool.end());
    // Some share their layer.
    const layers = Array.from({ length: keptImages / 2 }, () => randomBytes(1_000));
    const images = Array.from(
      { length: keptImages },
      (_, index) => layers[index % layers.length] ?? randomBytes(1_000),
    );
    for (const [index, layer] of images.entries()) await client.pushImage('admin/kept', `t${index}`, layer);
    const blobsPath = join(dataDir, 'blobs');
    const blobStore = await createFilesystemBlobStore({ rootPath: blobsPath });
    await makeOrphanFiles({ pool, blobStore, blobsPath }, orphans);

    /** Rows and objects of orphans that are left; undefined while the database is away. */
    async function left(): Promise<number | undefined> {
      try {
        const { rows } = await pool.query<{ count: number }>(
          `SELECT 2 * (SELECT count(*) FROM registry.blobs b
                       WHERE NOT EXISTS (SELECT FROM registry.manifest_blobs mb WHERE mb.blob_id = b.id))
             + (SELECT count(*) FROM registry.deleted_objects) AS count`,
        );
        return rows[0]?.count;
      } catch {
        return undefined;
      }
    }

    const jobId = await client.startJob('onlinegc_blobs', { batchSize: String(pageSize) });
    let worker = await startRole(cleanUp, 'worker', env);
    const random = createRandom(seed);
    const kills = Array.from({ length: rounds }, () => victims.toSorted(() => random.below(3) - 1)).flat();
    for (const [index, victim] of kills.entries()) {
      // One in each part of the way, somewhere.
      const share = (index + 0.2 + 0.6 * (random.below(100) / 100)) / kills.length;
      const most = Math.floor(2 * orphans * (1 - share));
      const atKill = await eventually(
        `no more than ${most} to be left`,
        async () => {
          const count = await left();
          return count !== undefined && count <= most ? count : undefined;
        },
        { timeoutMs: 180_000, intervalMs: 5 },
      );
      assert.ok(atKill > 0, 'it was killed in the middle');
      const killedMs = performance.now();
      if (victim === 'the worker') {
        await worker.process.stop('SIGKILL');
        worker = await startRole(cleanUp, 'worker', env);
      } else if (victim === 'PostgreSQL') {
        signal(database.pid, 'SIGKILL');
        await database.exited;
        database = await startDatabase(database);
      } else {
        await temporal.kill();
        await temporal.restart();
      }
      await eventually('the collection to go on', async () => ((await left()) ?? atKill) < atKill, {
        timeoutMs: 120_000,
      });
      t.diagnostic(
        `${victim} killed with ${atKill} of ${2 * orphans} left; on its way again after ${Math.round(performance.now() - killedMs)} ms`,
      );
    }

    const { result } = await client.waitForJob(jobId, ['done'], 180_000);
    t.diagnostic(JSON.stringify(result));
    assert.deepEqual(
      (await client.listJobs('onlinegc_blobs')).map(({ id }) => id),
      [jobId],
      'it was one job all the time',
    );
    // A page that was committed by what died before it could tell is done, but not counted; none is counted twice.
    const uncounted = kills.length * pageSize;
    for (const name of ['blobsOrphaned', 'objectsDeleted']) {
      const count = Number(result?.[name]);
      assert.ok(count <= orphans && count >= orphans - uncounted, `${name} is ${count} of ${orphans}`);
    }
    await eachOf(layers, 4, async (layer) => {
      const response = await client.registry('GET', `/admin/kept/blobs/${digestOf(layer)}`);
      assert.equal(response.status, 200, 'a blob that an image has is still there');
    });
    assert.equal(await left(), 0);
    await assertAgreement(pool, blobsPath);
  },
);
