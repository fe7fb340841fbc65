import type { Queryable } from '../../database/pool.ts';
import { mostCounted } from '../../jobs/queue/lanes.ts';

/** What is reviewed before it goes. */
export type ReviewedKind = 'manifest' | 'blob';

/** The review queue of one kind. */
export interface ReviewBacklog {
  readonly kind: ReviewedKind;
  /** Reviews that the next collection does, `mostCounted` at the most. */
  readonly due: number;
  /** Reviews whose time has not come, `mostCounted` at the most. */
  readonly waiting: number;
  /** How long the oldest due review has been due; 0 where none is. */
  readonly oldestDueSeconds: number;
}

/** What garbage collection has still to do. Up to `mostCounted` of each are counted. */
export interface CollectionBacklog {
  readonly reviews: readonly ReviewBacklog[];
  /** Objects of the blob store that no row owns any more. */
  readonly objects: number;
  /** The bytes of those that were counted. */
  readonly objectBytes: number;
  /** Repositories that are deleted and not yet emptied. */
  readonly repositories: number;
  readonly quarantinedBlobs: number;
}

// The order is that of the index, so that PostgreSQL reads nothing but its beginning, however the rest is distributed.
const reviewsOf = (kind: ReviewedKind): string => `
  SELECT '${kind}' AS kind, due.count AS due,
    (SELECT count(*) FROM (SELECT FROM registry.${kind}_reviews WHERE review_after > now()
       ORDER BY review_after LIMIT $1) counted) AS waiting,
    coalesce(extract(epoch FROM now() - due.oldest), 0)::float8 AS "oldestDueSeconds"
  FROM (SELECT count(*) AS count, min(review_after) AS oldest
        FROM (SELECT review_after FROM registry.${kind}_reviews WHERE review_after <= now()
              ORDER BY review_after LIMIT $1) counted) due`;
const reviewsQuery = `${reviewsOf('manifest')} UNION ALL ${reviewsOf('blob')}`;

const leftQuery = `
  SELECT objects.count AS objects, objects.bytes AS "objectBytes",
    (SELECT count(*) FROM (SELECT FROM registry.repositories WHERE deleted_at IS NOT NULL
       ORDER BY deleted_at, id LIMIT $1) counted) AS repositories,
    (SELECT count(*) FROM (SELECT FROM registry.blobs WHERE quarantined_at IS NOT NULL
       ORDER BY quarantined_at, id LIMIT $1) counted) AS "quarantinedBlobs"
  FROM (SELECT count(*) AS count, coalesce(sum(size_bytes), 0)::bigint AS bytes
        FROM (SELECT size_bytes FROM registry.deleted_objects
              ORDER BY attempted_at, deleted_at LIMIT $1) counted) objects`;

/**
 * Tells what garbage collection has still to do, for monitors. It reads indexes alone, and no more than `mostCounted`
 * entries for each figure, so it costs the same with a thousand or a million of them.
 */
export async function readCollectionBacklog(q: Queryable): Promise<CollectionBacklog> {
  const { rows: reviews } = await q.query<ReviewBacklog>(reviewsQuery, [mostCounted]);
  const { rows } = await q.query<Omit<CollectionBacklog, 'reviews'>>(leftQuery, [mostCounted]);
  const [left] = rows;
  if (!left) throw new Error('PostgreSQL did not tell what is left to collect');
  return { reviews, ...left };
}
