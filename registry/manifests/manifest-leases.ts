import type { Queryable } from '../../database/pool.ts';
import { sqlState } from '../../database/transaction.ts';

const foreignKeyViolation = '23503';

/**
 * Pushes the review of a manifest back by the lease, because a client that may push is about to be told that it exists,
 * and may name it in an index. Takes the lock on the manifest's review, the first in the lock order of garbage
 * collection.
 *
 * @returns false if the manifest is gone, or was collected just now. Inside of a transaction it has to be locked
 *   before, so that it cannot be
 */
export async function keepManifest(db: Queryable, manifestId: number): Promise<boolean> {
  try {
    const { rowCount } = await db.query({
      name: 'registry-keep-manifest',
      text: `INSERT INTO registry.manifest_reviews (manifest_id, review_after, event)
             SELECT m.id, now() + s.blob_lease, 'manifest_lease'
             FROM registry.manifests m, registry.gc_settings s WHERE m.id = $1
             ON CONFLICT (manifest_id) DO UPDATE
               SET review_after = greatest(manifest_reviews.review_after, excluded.review_after)`,
      values: [manifestId],
    });
    return rowCount === 1;
  } catch (error) {
    if (sqlState(error) === foreignKeyViolation) return false;
    throw error;
  }
}
