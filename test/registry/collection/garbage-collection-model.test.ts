// Every interleaving, as chance has it, of what two clients and garbage collection send to PostgreSQL.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createFilesystemBlobStore } from '../../../registry/store/filesystem-blob-store.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { createRandom } from '../../support/random.ts';
import { assertAgreement } from './agreement.ts';
import { interleave } from './interleave.ts';
import { actAsClient, actAsCollector, collectAll, type World } from './model-clients.ts';

// The same interleavings in every run, so that a change is judged by itself; MODEL_SEED=random looks for new ones.
const seedText = process.env['MODEL_SEED'] ?? '1';
const firstSeed = seedText === 'random' ? randomInt(2 ** 31) : Number(seedText);
const runs = Number(process.env['MODEL_RUNS'] ?? 3);
const operations = Number(process.env['MODEL_OPERATIONS'] ?? 12);

// In these, a client deletes a manifest while the index that names it is deleted.
const notable = process.env['MODEL_SEED'] === undefined ? [7, 28] : [];

for (const seed of [...Array.from({ length: runs }, (_, index) => firstSeed + index), ...notable]) {
  test(`two clients and garbage collection, statement by statement, seed ${seed}`, async (t) => {
    const { url, pool } = await createTestDatabase(t);
    const rootPath = await mkdtemp(path.join(tmpdir(), 'registry-model-'));
    t.after(() => rm(rootPath, { recursive: true, force: true }));
    const database = new URL(url).pathname.slice(1);
    // A deadlock is a way to wait for a lock; it is found sooner.
    await pool.query(`ALTER DATABASE ${database} SET deadlock_timeout = '100ms'`);
    await pool.query(`INSERT INTO accounts.accounts (name, is_admin) VALUES ('admin', true)`);
    await pool.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = '1 hour'`);
    await pool.query(
      `INSERT INTO registry.repositories (namespace, name, untagged_grace) VALUES ('admin', 'one', '0'), ('admin', 'two', '0')`,
    );
    const blobStore = await createFilesystemBlobStore({ rootPath });
    const world: World = { blobStore, told: new Map(), deleted: [], log: [] };
    const random = createRandom(seed);
    let clients = 2;
    const client = (clientSeed: number) => ({
      name: `client ${clientSeed}`,
      act: async (own: typeof pool) => {
        await actAsClient(own, world, createRandom(clientSeed), operations).finally(() => clients--);
      },
    });
    const collector = (own: typeof pool) => actAsCollector(own, world, () => clients === 0);
    const { steps, waits } = await interleave(url, random, [
      client(seed * 3 + 1),
      client(seed * 3 + 2),
      { name: 'garbage collection', act: collector },
    ]);
    t.diagnostic(`${steps} statements, of which ${waits} waited for a lock; ${world.log.length} manifests put`);
    assert.ok(world.log.length > 0, 'something was pushed');

    await collectAll(pool, world);
    await assertAgreement(pool, rootPath);
  });
}
