import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { expectStatus, type Client } from './client.ts';
import { eachOf } from './each-of.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { createPush, findLoss, type TestPush, tryPush } from './test-push.ts';

// test/soak/README.md has the long form.
const rounds = Number(process.env['KILL_ROUNDS'] ?? 3);
const pushesAtOnce = Number(process.env['KILL_PUSHES'] ?? 150);
const checksAtOnce = 8;
const repository = 'admin/app';

test(`the registry is killed ${rounds} times in the middle of ${pushesAtOnce} pushes at once`, async (t) => {
  const cleanUp = createCleanUp(t);
  const { url, pool } = await createTestDatabase(cleanUp);
  const dataDir = await temporaryDataDir(cleanUp);
  const env = {
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: url,
    JOBRUNNER_DATA_DIR: dataDir,
  };
  const all: TestPush[] = [];
  for (let round = 1; round <= rounds; round++) {
    const { client, process: running } = await startRole(cleanUp, 'api,garant,registry', env);
    await client.token(`repository:${repository}:pull,push,delete`);
    const pushes = Array.from({ length: pushesAtOnce }, (_, index) => createPush(repository, `r${round}-${index}`));
    all.push(...pushes);
    const killAfter = randomInt(Math.ceil(pushesAtOnce * 0.8));
    const ended = Promise.allSettled(pushes.map((push, index) => tryPush(client, push, index % 2 === 0)));
    const done = (): number => pushes.filter(({ isTagged }) => isTagged).length;
    await eventually(`${killAfter} pushes`, () => done() >= killAfter, { intervalMs: 1, timeoutMs: 120_000 });
    await delay(randomInt(30));
    await running.stop('SIGKILL');
    const outcomes = await ended;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' || !outcome.value) continue;
      // Where more push than the machine has room for, some wait for a database connection in vain.
      const { status, code, step } = outcome.value;
      assert.deepEqual([status, code], [503, 'UNAVAILABLE'], step);
    }
    const layers = pushes.filter(({ isLayerStored }) => isLayerStored).length;
    t.diagnostic(`round ${round}: killed after ${done()} of ${pushesAtOnce} pushes, ${layers} layers`);
    assert.ok(done() < pushesAtOnce, 'it was killed in the middle');
    await assertBytesAndRowsAgree(pool, dataDir);
  }

  const { client } = await startRole(cleanUp, 'api,garant,registry', env);
  const losses: string[] = [];
  const check = async (push: TestPush): Promise<void> => {
    const loss = await findLoss(client, push);
    if (loss !== undefined) losses.push(loss);
  };
  await eachOf(all, checksAtOnce, check);
  assert.deepEqual(losses, [], 'all that was acknowledged pulls');
  await eachOf(
    all.filter(({ isTagged }) => !isTagged),
    checksAtOnce,
    async (push) => assert.equal(await tryPush(client, push, randomInt(2) === 0), undefined),
  );
  await eachOf(all, checksAtOnce, check);
  assert.deepEqual(losses, [], 'all that was tried again pulls');
  await assertNoUploadIsStuck(client, pool);
  await assertBytesAndRowsAgree(pool, dataDir);
});

/** Every blob has its bytes, and every file is named by a row, so that it can be cleaned up. */
async function assertBytesAndRowsAgree(pool: pg.Pool, dataDir: string): Promise<void> {
  // What the killed process had sent is still carried out.
  await eventually('the sessions of the killed process to end', async () => {
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'jobrunner%'
       AND state <> 'idle'`,
    );
    return rows[0]?.count === 0;
  });
  const blobsPath = join(dataDir, 'blobs', 'blobs');
  const { rows: blobs } = await pool.query<{ key: string; sizeBytes: number }>(
    'SELECT storage_key AS key, size_bytes AS "sizeBytes" FROM registry.blobs',
  );
  await eachOf(blobs, checksAtOnce, async ({ key, sizeBytes }) => {
    assert.equal((await stat(join(blobsPath, key.slice(0, 2), key))).size, sizeBytes);
  });
  const { rows: named } = await pool.query<{ key: string }>(
    `SELECT storage_key AS key FROM registry.blobs UNION SELECT storage_key FROM registry.uploads
     UNION SELECT storage_key FROM registry.deleted_objects`,
  );
  const keys = new Set(named.map(({ key }) => key));
  const files = await Promise.all(
    [blobsPath, join(dataDir, 'blobs', 'uploads')].map((folder) =>
      readdir(folder, { recursive: true, withFileTypes: true }),
    ),
  );
  const unnamed = files.flat().filter((entry) => entry.isFile() && !keys.has(entry.name));
  assert.deepEqual(
    unnamed.map(({ name }) => name),
    [],
    'no file without a row',
  );
}

/** An upload that a killed process was writing can be taken over once its claim has expired. */
async function assertNoUploadIsStuck(client: Client, pool: pg.Pool): Promise<void> {
  await pool.query(`UPDATE registry.uploads SET updated_at = now() - interval '91 seconds'`);
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM registry.uploads');
  await eachOf(rows, checksAtOnce, async ({ id }) => {
    const path = `/${repository}/blobs/uploads/${id}`;
    const { status } = await client.registry('GET', path);
    assert.equal(status, 204);
    expectStatus(204, await client.registry('DELETE', path));
  });
}
