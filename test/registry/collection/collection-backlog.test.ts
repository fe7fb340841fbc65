import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { mostCounted } from '../../../jobs/queue/lanes.ts';
import { readCollectionBacklog } from '../../../registry/collection/collection-backlog.ts';
import { createTestDatabase } from '../../support/postgres.ts';

/** Adds blobs of 7 bytes, each with a review that is due at that time. */
async function addBlobs(pool: pg.Pool, count: number, due: string): Promise<void> {
  await pool.query(
    `WITH added AS (
       INSERT INTO registry.blobs (digest, size_bytes, storage_key)
       SELECT d, 7, d FROM (SELECT gen_random_uuid()::text AS d FROM generate_series(1, $1)) digests)
     SELECT`,
    [count],
  );
  await pool.query(`UPDATE registry.blob_reviews SET review_after = $1::timestamptz WHERE event <> 'known'`, [due]);
  await pool.query(`UPDATE registry.blob_reviews SET event = 'known'`);
}

async function startDatabase(t: TestContext): Promise<pg.Pool> {
  const { pool } = await createTestDatabase(t);
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('admin')`);
  return pool;
}

test('nothing to collect is zeros', async (t) => {
  assert.deepEqual(await readCollectionBacklog(await startDatabase(t)), {
    reviews: [
      { kind: 'manifest', due: 0, waiting: 0, oldestDueSeconds: 0 },
      { kind: 'blob', due: 0, waiting: 0, oldestDueSeconds: 0 },
    ],
    objects: 0,
    objectBytes: 0,
    repositories: 0,
    quarantinedBlobs: 0,
  });
});

test('each figure tells what there is', async (t) => {
  const pool = await startDatabase(t);
  const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
  await addBlobs(pool, 2, ago(7_200));
  await addBlobs(pool, 3, ago(60));
  await addBlobs(pool, 4, ago(-3_600));
  await pool.query(
    `UPDATE registry.blobs SET quarantined_at = now(), quarantine_reason = 'missing'
     WHERE id IN (SELECT id FROM registry.blobs ORDER BY id LIMIT 2)`,
  );
  await pool.query(`INSERT INTO registry.deleted_objects (storage_key, size_bytes) VALUES ('a', 100), ('b', 23)`);
  await pool.query(
    `INSERT INTO registry.deleted_objects (storage_key, size_bytes, attempted_at) VALUES ('tried', 1000, now())`,
  );
  await pool.query(`INSERT INTO registry.repositories (namespace, name) VALUES ('admin', 'app')`);
  await pool.query(
    `INSERT INTO registry.repositories (deleted_namespace, name, deleted_at)
     SELECT 'admin', 'gone-' || i, now() FROM generate_series(1, 5) i`,
  );
  await pool.query(
    `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
     SELECT r.id, 'sha256:' || i, 'm', '', 'admin' FROM registry.repositories r, generate_series(1, 6) i WHERE r.name = 'app'`,
  );
  // None is due yet, which is no age below zero.
  await pool.query(`UPDATE registry.manifest_reviews SET review_after = now() + interval '1 day'`);
  const { reviews, ...left } = await readCollectionBacklog(pool);
  const [manifests, blobs] = reviews;
  assert.deepEqual(manifests, { kind: 'manifest', due: 0, waiting: 6, oldestDueSeconds: 0 });
  assert.deepEqual([blobs?.kind, blobs?.due, blobs?.waiting], ['blob', 5, 4]);
  const ageSeconds = blobs?.oldestDueSeconds ?? 0;
  assert.ok(ageSeconds >= 7_199 && ageSeconds < 7_800, `the oldest review is due for ${ageSeconds} s`);
  assert.deepEqual(left, { objects: 3, objectBytes: 1_123, repositories: 5, quarantinedBlobs: 2 });
});

test('no more is counted than has a bound', async (t) => {
  const pool = await startDatabase(t);
  await addBlobs(pool, mostCounted + 1, new Date(Date.now() - 60_000).toISOString());
  await pool.query(
    `INSERT INTO registry.deleted_objects (storage_key, size_bytes) SELECT i, 2 FROM generate_series(1, $1::int) i`,
    [mostCounted + 1],
  );
  const { reviews, objects, objectBytes } = await readCollectionBacklog(pool);
  assert.equal(reviews.find(({ kind }) => kind === 'blob')?.due, mostCounted);
  assert.deepEqual([objects, objectBytes], [mostCounted, 2 * mostCounted]);
});
