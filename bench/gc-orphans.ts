import { Readable } from 'node:stream';
import type { Queryable } from '../database/pool.ts';
import type { BlobStore } from '../registry/blob-store.ts';

const sizeBytes = 64;

/** Stores blobs of 64 bytes that no manifest names. Gives the keys of their objects. */
export async function addOrphans(db: Queryable, store: BlobStore, count: number): Promise<string[]> {
  const keys = await putObjects(store, count);
  await db.query(
    `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
     SELECT 'sha256:' || key, $2::int, key FROM unnest($1::text[]) AS t (key)`,
    [keys, sizeBytes],
  );
  return keys;
}

/** Stores objects that no row owns. Gives their keys. */
export async function putObjects(store: BlobStore, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, () => store.newKey());
  const queue = keys[Symbol.iterator]();
  async function work(): Promise<void> {
    for (const key of queue) {
      const { state } = await store.append(key, 0, Readable.from([Buffer.alloc(sizeBytes, key)]), { isLast: true });
      await store.commit(key, sizeBytes, state);
    }
  }
  await Promise.all(Array.from({ length: 8 }, work));
  return keys;
}
