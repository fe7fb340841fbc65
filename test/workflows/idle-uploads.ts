import { randomBytes, randomUUID } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TestJobrunner } from './test-jobrunner.ts';

/** The bytes of each upload that `makeIdleUploads` makes. */
export const idleUploadBytes = 64;

/** Where uploads are. */
type UploadStores = Pick<TestJobrunner, 'pool' | 'blobStore' | 'blobsPath'>;

/** Starts uploads that nobody has written to for two days. Gives their storage keys. */
export async function makeIdleUploads(jobrunner: UploadStores, count: number): Promise<string[]> {
  const { pool } = jobrunner;
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('idle') ON CONFLICT DO NOTHING`);
  await pool.query(
    `INSERT INTO registry.repositories (namespace, name) VALUES ('idle', 'app') ON CONFLICT (namespace, name) DO NOTHING`,
  );
  const keys = await makeLeftovers(jobrunner, count);
  await pool.query(
    `INSERT INTO registry.uploads (id, repository_id, storage_key, size_bytes, updated_at)
     SELECT u.id, r.id, u.key, $3, now() - interval '2 days'
     FROM unnest($1::uuid[], $2::text[]) AS u (id, key), registry.repositories r WHERE r.namespace = 'idle'`,
    [keys.map(() => randomUUID()), keys, idleUploadBytes],
  );
  return keys;
}

/** Leaves unfinished objects behind, two days ago, that no upload names. Gives their storage keys. */
export async function makeLeftovers({ blobStore, blobsPath }: UploadStores, count: number): Promise<string[]> {
  const then = new Date(Date.now() - 2 * 86_400_000);
  return Promise.all(
    Array.from({ length: count }, async () => {
      const key = blobStore.newKey();
      await blobStore.append(key, 0, Readable.from([randomBytes(idleUploadBytes)]));
      await utimes(join(blobsPath, 'uploads', key), then, then);
      return key;
    }),
  );
}
