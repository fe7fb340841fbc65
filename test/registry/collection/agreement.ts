import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';

/**
 * Fails unless the registry is whole and has no garbage, once nobody is at work and all garbage has been collected: every
 * manifest has what it names, everything is needed, and the blob store has exactly the objects of the blobs.
 *
 * @param rootPath folder of the blob store
 */
export async function assertAgreement(pool: pg.Pool, rootPath: string): Promise<void> {
  const dangling = await pool.query(
    `SELECT m.digest FROM registry.manifests m WHERE m.media_type NOT LIKE '%index%' AND
       (SELECT count(*) FROM registry.manifest_blobs mb
        JOIN registry.repository_blobs rb ON rb.blob_id = mb.blob_id AND rb.repository_id = m.repository_id
        WHERE mb.manifest_id = m.id) <> 1 + json_array_length(convert_from(m.payload, 'UTF8')::json -> 'layers')`,
  );
  assert.deepEqual(dangling.rows, [], 'every manifest has its config and layers, readable through its repository');
  const unneeded = await pool.query(
    `SELECT m.digest FROM registry.manifests m
     WHERE NOT EXISTS (SELECT FROM registry.tags t WHERE t.manifest_id = m.id)
       AND NOT EXISTS (SELECT FROM registry.manifest_children c WHERE c.child_id = m.id)
       AND NOT EXISTS (SELECT FROM registry.manifests s
                       WHERE s.repository_id = m.repository_id AND s.digest = m.subject_digest)`,
  );
  assert.deepEqual(unneeded.rows, [], 'what nothing needs is gone');
  const { rows: blobs } = await pool.query<{ key: string; isNamed: boolean }>(
    `SELECT storage_key AS key, EXISTS (SELECT FROM registry.manifest_blobs mb WHERE mb.blob_id = b.id) AS "isNamed"
     FROM registry.blobs b`,
  );
  const unnamed = blobs.filter(({ isNamed }) => !isNamed);
  assert.deepEqual(unnamed, [], 'no blob is left that nothing names');
  const entries = await readdir(path.join(rootPath, 'blobs'), { recursive: true, withFileTypes: true });
  assert.deepEqual(
    entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted(),
    blobs.map(({ key }) => key).toSorted(),
    'store and database agree',
  );
  assert.equal((await pool.query('SELECT FROM registry.deleted_objects')).rowCount, 0, 'nothing is left to delete');
}
