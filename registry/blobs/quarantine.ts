import type { Queryable } from '../../database/pool.ts';
import { RegistryError } from '../errors.ts';
import type { RepositoryName } from '../repositories/names.ts';

/** What is wrong with a blob: the store has no such object, or its bytes do not have the digest. */
export type QuarantineReason = 'missing' | 'corrupt';

/** A blob as it was found, under the key at which it was looked for. */
export interface DamagedBlob {
  readonly id: number;
  readonly storageKey: string;
  readonly reason: QuarantineReason;
}

/**
 * Quarantines blobs, so that nobody is told of them or sent them. Those that have been collected or healed meanwhile are
 * left alone. The caller makes caches forget blobs.
 *
 * @returns the ids of those that were not quarantined before
 */
export async function quarantineBlobs(db: Queryable, damaged: readonly DamagedBlob[]): Promise<number[]> {
  if (damaged.length === 0) return [];
  const { rows } = await db.query<{ id: number }>(
    `UPDATE registry.blobs b SET quarantined_at = now(), quarantine_reason = d.reason
     FROM unnest($1::bigint[], $2::text[], $3::text[]) AS d (id, storage_key, reason)
     WHERE b.id = d.id AND b.storage_key = d.storage_key AND b.quarantined_at IS NULL RETURNING b.id`,
    [damaged.map(({ id }) => id), damaged.map(({ storageKey }) => storageKey), damaged.map(({ reason }) => reason)],
  );
  return rows.map(({ id }) => id);
}

/** Ends the quarantine of blobs whose bytes turned out to be right, such as those restored from a backup. */
export async function releaseBlobs(db: Queryable, ids: readonly number[]): Promise<number> {
  const { rowCount } = await db.query(
    'UPDATE registry.blobs SET quarantined_at = NULL, quarantine_reason = NULL WHERE id = ANY($1) AND quarantined_at IS NOT NULL',
    [ids],
  );
  return rowCount ?? 0;
}

/**
 * Gives a quarantined blob the object of an upload of the same digest. What it had before is written down for deletion.
 *
 * @returns false where the blob is not quarantined
 */
export async function healBlob(tx: Queryable, blobId: number, storageKey: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `WITH before AS (SELECT id, storage_key, size_bytes FROM registry.blobs
                     WHERE id = $1 AND quarantined_at IS NOT NULL FOR UPDATE),
          healed AS (UPDATE registry.blobs b SET storage_key = $2, quarantined_at = NULL, quarantine_reason = NULL
                     FROM before WHERE b.id = before.id)
     INSERT INTO registry.deleted_objects (storage_key, size_bytes) SELECT storage_key, size_bytes FROM before`,
    [blobId, storageKey],
  );
  return rowCount === 1;
}

/** The error for a blob of a repository that is quarantined; undefined for any other. */
export async function quarantineError(
  db: Queryable,
  repository: RepositoryName,
  digest: string,
): Promise<RegistryError | undefined> {
  const { rows } = await db.query<{ reason: QuarantineReason }>(
    `SELECT b.quarantine_reason AS reason FROM registry.repositories r
     JOIN registry.repository_blobs rb ON rb.repository_id = r.id JOIN registry.blobs b ON b.id = rb.blob_id
     WHERE r.namespace = $1 AND r.name = $2 AND b.digest = $3 AND b.quarantined_at IS NOT NULL`,
    [repository.namespace, repository.name, digest],
  );
  const found = rows[0];
  if (!found) return undefined;
  const state = found.reason === 'missing' ? 'are missing from the blob store' : 'are damaged';
  return new RegistryError(
    'BLOB_UNKNOWN',
    `the bytes of the blob ${digest} ${state}: push an image that has it again, which heals it everywhere`,
    { detail: { digest, quarantined: found.reason } },
  );
}

/** What operators have to know of a quarantined blob. */
export interface QuarantinedBlob {
  readonly digest: string;
  readonly reason: QuarantineReason;
  readonly since: Date;
  /** Some of the images that cannot be pulled, as `namespace/name:tag`, or `namespace/name@digest` where there is no tag. */
  readonly images: readonly string[];
  readonly hasMoreImages: boolean;
}

/**
 * Blobs that are quarantined, the oldest first: at most `limit`, each with at most `imageLimit` images. Looks at no more
 * manifests of a blob than that, so a layer of a million images costs no more than any other.
 */
export async function listQuarantined(
  db: Queryable,
  { limit, imageLimit }: { readonly limit: number; readonly imageLimit: number },
): Promise<QuarantinedBlob[]> {
  const { rows } = await db.query<Omit<QuarantinedBlob, 'hasMoreImages'>>(
    `SELECT b.digest, b.quarantine_reason AS reason, b.quarantined_at AS since, ARRAY(
       SELECT r.namespace || '/' || r.name || coalesce(':' || t.name, '@' || m.digest)
       FROM registry.manifest_blobs mb JOIN registry.manifests m ON m.id = mb.manifest_id
       JOIN registry.repositories r ON r.id = m.repository_id AND r.deleted_at IS NULL
       LEFT JOIN registry.tags t ON t.manifest_id = m.id
       WHERE mb.blob_id = b.id LIMIT $2) AS images
     FROM registry.blobs b WHERE b.quarantined_at IS NOT NULL ORDER BY b.quarantined_at, b.id LIMIT $1`,
    [limit, imageLimit + 1],
  );
  return rows.map(({ images, ...blob }) => ({
    ...blob,
    images: images.slice(0, imageLimit).sort(),
    hasMoreImages: images.length > imageLimit,
  }));
}
