import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import type { BlobStore } from '../../registry/store/blob-store.ts';
import { createFilesystemBlobStore } from '../../registry/store/filesystem-blob-store.ts';
import { temporaryFolder } from './test-activities.ts';

export interface TestBlob {
  readonly id: number;
  readonly digest: string;
  readonly key: string;
}

/** Blobs in a database with the account `admin`, and their bytes in a folder. */
export interface TestBlobs {
  readonly store: BlobStore;
  /** Adds a blob with its bytes, due for review. */
  readonly add: () => Promise<TestBlob>;
  /** Lets a manifest of the repository name a blob. */
  readonly name: (blob: TestBlob, repository: string) => Promise<void>;
  /** Links a blob to a repository. */
  readonly link: (blob: TestBlob, repository: string) => Promise<void>;
  readonly linksOf: (blob: TestBlob) => Promise<string[]>;
  readonly hasRow: (blob: TestBlob) => Promise<boolean>;
  readonly hasReview: (blob: TestBlob) => Promise<boolean>;
  readonly hasBytes: (blob: TestBlob) => Promise<boolean>;
  /** Keys of the objects that are still to be deleted. */
  readonly toDelete: () => Promise<string[]>;
  /** Writes down an object to delete that the store cannot delete: there is a folder in its place. */
  readonly addUndeletable: () => Promise<string>;
  /** Everything that garbage collection could change, as text. */
  readonly snapshot: () => Promise<string>;
}

export const blobBytes = 1_000;

export async function startBlobs(t: TestContext, pool: pg.Pool): Promise<TestBlobs> {
  const rootPath = await temporaryFolder(t);
  const store = await createFilesystemBlobStore({ rootPath });
  const fileOf = (key: string): string => path.join(rootPath, 'blobs', key.slice(0, 2), key);

  async function repositoryId(name: string): Promise<number> {
    const { rows } = await pool.query<{ id: number }>(
      `INSERT INTO registry.repositories (namespace, name) VALUES ('admin', $1)
       ON CONFLICT (namespace, name) DO UPDATE SET name = excluded.name RETURNING id`,
      [name],
    );
    return rows[0]?.id ?? 0;
  }

  async function has(sql: string, value: unknown): Promise<boolean> {
    return (await pool.query(sql, [value])).rowCount === 1;
  }

  async function link(blob: TestBlob, repository: string): Promise<void> {
    await pool.query('INSERT INTO registry.repository_blobs (repository_id, blob_id) VALUES ($1, $2)', [
      await repositoryId(repository),
      blob.id,
    ]);
  }

  return {
    store,
    link,
    add: async () => {
      const bytes = randomBytes(blobBytes);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const key = store.newKey();
      await store.append(
        key,
        0,
        (async function* () {
          yield bytes;
        })(),
      );
      await store.commit(key, blobBytes);
      const { rows } = await pool.query<{ id: number }>(
        'INSERT INTO registry.blobs (digest, size_bytes, storage_key) VALUES ($1, $2, $3) RETURNING id',
        [digest, blobBytes, key],
      );
      const id = rows[0]?.id ?? 0;
      await pool.query(
        `UPDATE registry.blob_reviews SET review_after = now() - interval '1 minute' WHERE blob_id = $1`,
        [id],
      );
      return { id, digest, key };
    },
    name: async (blob, repository) => {
      await link(blob, repository);
      const { rows } = await pool.query<{ id: number }>(
        `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
         VALUES ($1, $2, 'application/json', '', 'admin') RETURNING id`,
        [await repositoryId(repository), `manifest of ${blob.digest}`],
      );
      await pool.query('INSERT INTO registry.manifest_blobs (manifest_id, blob_id) VALUES ($1, $2)', [
        rows[0]?.id,
        blob.id,
      ]);
    },
    linksOf: async (blob) => {
      const { rows } = await pool.query<{ name: string }>(
        `SELECT r.name FROM registry.repository_blobs rb JOIN registry.repositories r ON r.id = rb.repository_id
         WHERE rb.blob_id = $1 ORDER BY r.name`,
        [blob.id],
      );
      return rows.map(({ name }) => name);
    },
    hasRow: (blob) => has('SELECT FROM registry.blobs WHERE id = $1', blob.id),
    hasReview: (blob) => has('SELECT FROM registry.blob_reviews WHERE blob_id = $1', blob.id),
    hasBytes: (blob) =>
      access(fileOf(blob.key)).then(
        () => true,
        () => false,
      ),
    toDelete: async () => {
      const { rows } = await pool.query<{ key: string }>(
        'SELECT storage_key AS key FROM registry.deleted_objects ORDER BY storage_key',
      );
      return rows.map(({ key }) => key);
    },
    addUndeletable: async () => {
      const key = store.newKey();
      await mkdir(fileOf(key), { recursive: true });
      await pool.query('INSERT INTO registry.deleted_objects (storage_key, size_bytes) VALUES ($1, $2)', [
        key,
        blobBytes,
      ]);
      return key;
    },
    snapshot: async () => {
      const tables = ['blobs', 'blob_reviews', 'repository_blobs', 'manifest_blobs', 'deleted_objects'];
      const parts = tables.map(async (table) => {
        const { rows } = await pool.query<{ rows: unknown }>(
          `SELECT jsonb_agg(to_jsonb(r) ORDER BY to_jsonb(r)::text) AS rows FROM registry.${table} r`,
        );
        return rows[0]?.rows;
      });
      return JSON.stringify(await Promise.all(parts));
    },
  };
}
