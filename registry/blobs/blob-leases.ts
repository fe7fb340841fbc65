import type { Queryable } from '../../database/pool.ts';

/**
 * Pushes the review of a blob back by the lease, because a client that may push is about to be told that it exists.
 * Takes the lock on the blob's review, the first in the lock order of garbage collection.
 *
 * @returns the blob's id, or undefined if there is no blob of this digest
 * @throws a foreign key violation (SQLSTATE 23503, constraint {@link leaseConstraint}) if the blob is collected at the
 *   same time; a transaction that it happens in has to start over
 */
export async function leaseBlob(db: Queryable, digest: string): Promise<number | undefined> {
  const { rows } = await db.query<{ blobId: number }>({
    name: 'registry-lease-blob',
    text: `INSERT INTO registry.blob_reviews (blob_id, review_after, event)
           SELECT b.id, now() + s.blob_lease, 'blob_lease'
           FROM registry.blobs b, registry.gc_settings s WHERE b.digest = $1
           ON CONFLICT (blob_id) DO UPDATE
             SET review_after = greatest(blob_reviews.review_after, excluded.review_after)
           RETURNING blob_id AS "blobId"`,
    values: [digest],
  });
  return rows[0]?.blobId;
}

/** The foreign key that a lease violates when the blob is collected at the same time. */
const leaseConstraint = 'blob_reviews_blob_id_fkey';

/** Whether `error` says that a blob was collected while it was leased. */
export function isCollectedMeanwhile(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === leaseConstraint;
}
