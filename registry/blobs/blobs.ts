import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { isCollectedMeanwhile, leaseBlob } from './blob-leases.ts';
import { RegistryError } from '../errors.ts';
import type { RepositoryName } from '../repositories/names.ts';

/** A blob, as one repository sees it. */
export interface LinkedBlob {
  readonly blobId: number;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly storageKey: string;
  /** Until then (`performance.now()`) its review is so far off that a lease need not be written. */
  readonly leasedUntilMs: number;
}

/** Finds a blob that can be read through a repository, or undefined, also for one that is quarantined. */
export async function findLinkedBlob(
  db: Queryable,
  repository: RepositoryName,
  digest: string,
): Promise<LinkedBlob | undefined> {
  const askedAtMs = performance.now();
  const { rows } = await db.query<Omit<LinkedBlob, 'leasedUntilMs'> & { leasedForMs: number }>({
    name: 'registry-find-linked-blob',
    // A tenth of the lease is given up, so that most of a client's many HEAD requests write nothing.
    text: `SELECT b.id AS "blobId", b.digest, b.size_bytes AS "sizeBytes", b.storage_key AS "storageKey",
                  coalesce(extract(epoch FROM v.review_after - now() - 0.9 * s.blob_lease) * 1000, 0)::float8
                    AS "leasedForMs"
           FROM registry.repositories r
           JOIN registry.repository_blobs rb ON rb.repository_id = r.id
           JOIN registry.blobs b ON b.id = rb.blob_id
           LEFT JOIN registry.blob_reviews v ON v.blob_id = b.id
           CROSS JOIN registry.gc_settings s
           WHERE r.namespace = $1 AND r.name = $2 AND b.digest = $3 AND b.quarantined_at IS NULL`,
    values: [repository.namespace, repository.name, digest],
  });
  const [row] = rows;
  if (!row) return undefined;
  const { leasedForMs, ...blob } = row;
  return { ...blob, leasedUntilMs: askedAtMs + leasedForMs };
}

/**
 * Makes sure that a blob stays, and stays readable through the repository, for the length of the lease. For a client
 * that may push.
 *
 * @returns false if garbage collection has just taken the blob, or its link to the repository
 */
export async function keepBlob(db: Queryable, repository: RepositoryName, blob: LinkedBlob): Promise<boolean> {
  try {
    if ((await leaseBlob(db, blob.digest)) !== blob.blobId) return false;
  } catch (error) {
    if (isCollectedMeanwhile(error)) return false;
    throw error;
  }
  // The lease may have waited for a collection that left the blob, but took the link.
  return (await findLinkedBlob(db, repository, blob.digest)) !== undefined;
}

/**
 * Lets a repository read a blob that another one can read, and keeps the blob for the length of the lease.
 *
 * @returns false if the source repository has no such blob
 */
export async function mountBlob(
  pool: pg.Pool,
  repositoryId: number,
  from: RepositoryName,
  digest: string,
): Promise<boolean> {
  try {
    return await withTransaction(pool, async (tx) => {
      if ((await leaseBlob(tx, digest)) === undefined) return false;
      // The lock on the link keeps the source from losing it before this repository has its own.
      const { rows } = await tx.query<{ id: number }>(
        `SELECT b.id FROM registry.blobs b
         JOIN registry.repository_blobs rb ON rb.blob_id = b.id
         JOIN registry.repositories r ON r.id = rb.repository_id
         WHERE r.namespace = $1 AND r.name = $2 AND b.digest = $3 AND b.quarantined_at IS NULL
         FOR KEY SHARE OF b, rb`,
        [from.namespace, from.name, digest],
      );
      const blob = rows[0];
      if (!blob) return false;
      await linkBlob(tx, repositoryId, blob.id);
      return true;
    });
  } catch (error) {
    if (isCollectedMeanwhile(error)) return false;
    throw error;
  }
}

/** Lets a repository read a blob, and names it in the manifests of the repository that have been waiting for it. */
export async function linkBlob(tx: Queryable, repositoryId: number, blobId: number): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'registry-link-blob',
    text: `INSERT INTO registry.repository_blobs (repository_id, blob_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
    values: [repositoryId, blobId],
  });
  if (rowCount !== 0) await adoptBlob(tx, repositoryId, blobId);
}

/**
 * Names a blob that has just been linked in the manifests of the repository that have been waiting for it. In a statement
 * after that of the link, whose foreign key has waited for a manifest that was just being put.
 */
export async function adoptBlob(tx: Queryable, repositoryId: number, blobId: number): Promise<void> {
  await tx.query({
    name: 'registry-adopt-blob',
    text: `WITH waiting AS (
             DELETE FROM registry.manifest_absences a USING registry.blobs b
             WHERE b.id = $2 AND a.repository_id = $1 AND a.digest = b.digest AND a.kind = 'blob'
             RETURNING a.manifest_id)
           INSERT INTO registry.manifest_blobs (manifest_id, blob_id)
           SELECT manifest_id, $2 FROM waiting ON CONFLICT DO NOTHING`,
    values: [repositoryId, blobId],
  });
}

/**
 * Takes a blob out of one repository. The blob itself is left to garbage collection.
 *
 * @throws RegistryError UNSUPPORTED if a manifest of the repository names the blob; BLOB_UNKNOWN
 */
export async function unlinkBlob(pool: pg.Pool, repository: RepositoryName, digest: string): Promise<void> {
  await withTransaction(pool, async (tx) => {
    // The link is locked by a statement of its own, so that the next one sees any manifest that was put meanwhile.
    const { rows } = await tx.query<{ repositoryId: number; blobId: number }>(
      `SELECT rb.repository_id AS "repositoryId", rb.blob_id AS "blobId"
       FROM registry.repository_blobs rb
       JOIN registry.repositories r ON r.id = rb.repository_id
       JOIN registry.blobs b ON b.id = rb.blob_id
       WHERE r.namespace = $1 AND r.name = $2 AND b.digest = $3
       FOR UPDATE OF rb`,
      [repository.namespace, repository.name, digest],
    );
    const link = rows[0];
    if (!link) throw blobUnknown(repository, digest);
    const { rows: namedBy } = await tx.query<{ digest: string }>(
      `SELECT m.digest FROM registry.manifest_blobs mb JOIN registry.manifests m ON m.id = mb.manifest_id
       WHERE mb.blob_id = $2 AND m.repository_id = $1 LIMIT 1`,
      [link.repositoryId, link.blobId],
    );
    const manifest = namedBy[0];
    if (manifest) {
      throw new RegistryError(
        'UNSUPPORTED',
        `the blob ${digest} is part of the manifest ${manifest.digest} in ${repository.full}: delete that manifest first`,
        { detail: { digest, manifest: manifest.digest } },
      );
    }
    await tx.query('DELETE FROM registry.repository_blobs WHERE repository_id = $1 AND blob_id = $2', [
      link.repositoryId,
      link.blobId,
    ]);
  });
}

/** The error for a blob that a repository does not have. */
export function blobUnknown(repository: RepositoryName, digest: string): RegistryError {
  return new RegistryError('BLOB_UNKNOWN', `the repository ${repository.full} has no blob ${digest}`, {
    detail: { digest },
  });
}
