import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import type { BlobStore } from '../../registry/store/blob-store.ts';

const atOnce = 16;
const sizeBytes = 64;

/**
 * Puts many blobs into the registry that no manifest names, each a row and a file. Without the syncs of an upload, which
 * would be most of the time.
 *
 * @param blobsPath folder of a store of files
 * @returns their storage keys
 */
export async function makeOrphanFiles(
  { pool, blobStore, blobsPath }: { pool: pg.Pool; blobStore: BlobStore; blobsPath: string },
  count: number,
): Promise<string[]> {
  const digests: string[] = [];
  const keys: string[] = [];
  const folders = new Set<string>();
  async function work(): Promise<void> {
    while (keys.length < count) {
      const key = blobStore.newKey();
      keys.push(key);
      digests.push(`sha256:${createHash('sha256').update(key).digest('hex')}`);
      const relativePath = blobStore.relativePath?.(key);
      if (relativePath === undefined) throw new Error('the blob store has no files');
      const file = join(blobsPath, relativePath);
      const folder = dirname(file);
      if (!folders.has(folder)) await mkdir(folder, { recursive: true });
      folders.add(folder);
      await writeFile(file, Buffer.alloc(sizeBytes, key));
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  await pool.query(
    `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
     SELECT digest, $3, key FROM unnest($1::text[], $2::text[]) AS t (digest, key)`,
    [digests, keys, sizeBytes],
  );
  return keys;
}
