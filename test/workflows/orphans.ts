import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { TestJobrunner } from './test-jobrunner.ts';

const sizeBytes = 64;

/**
 * Puts blobs into the registry that no manifest names, all due for review at once.
 *
 * @returns their storage keys
 */
export async function makeOrphans(
  { pool, blobStore }: Pick<TestJobrunner, 'pool' | 'blobStore'>,
  count: number,
): Promise<string[]> {
  await pool.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = '0'`);
  const blobs = await Promise.all(
    Array.from({ length: count }, async () => {
      const bytes = randomBytes(sizeBytes);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const key = blobStore.newKey();
      await blobStore.append(key, 0, Readable.from([bytes]));
      await blobStore.commit(key, sizeBytes);
      return { key, digest, sizeBytes };
    }),
  );
  await pool.query(
    `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])`,
    [blobs.map((blob) => blob.digest), blobs.map((blob) => blob.sizeBytes), blobs.map((blob) => blob.key)],
  );
  return blobs.map((blob) => blob.key);
}
