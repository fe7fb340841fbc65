import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { type BlobStore, type DeletionFailure, stoppedReason, withoutFailed } from '../store/blob-store.ts';
import { planByIndex } from './plan-by-index.ts';
import { assertWritable } from '../read-only.ts';

/** A place in the review queue. */
export interface ReviewCursor {
  /** As PostgreSQL writes a timestamptz: microseconds must not be lost. */
  readonly reviewAfter: string;
  readonly blobId: number;
}

export interface OrphanedBlob {
  readonly id: number;
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface ReviewedPage {
  readonly reviewed: number;
  /** Those of the reviewed that no manifest names. */
  readonly orphans: readonly OrphanedBlob[];
  /** Undefined after the last page. */
  readonly nextCursor: ReviewCursor | undefined;
}

/** The time of the database, as a text that `deleteObjectsPage` takes back. */
export async function databaseNow(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ now: string }>('SELECT now()::text AS now');
  return rows[0]?.now ?? '';
}

/** How many blobs are due for review. */
export async function countDueReviews(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*) AS count FROM registry.blob_reviews WHERE review_after <= now()',
  );
  return rows[0]?.count ?? 0;
}

/**
 * Reviews up to `limit` due blobs in one transaction. Rows of blobs that no manifest names are deleted, their objects
 * written down in `registry.deleted_objects`; the others lose their review, and the links of repositories in which no
 * manifest names them.
 *
 * Locks in the order of migration 0003. A row that somebody holds is passed over: that blob is in use just now, and its
 * review stays due. A manifest PUT or a HEAD that comes later waits for this transaction, and then finds no blob.
 *
 * @throws ReadOnlyError
 */
export async function reviewPage(pool: pg.Pool, limit: number): Promise<ReviewedPage> {
  return withTransaction(pool, async (tx) => {
    await assertWritable(tx);
    await planByIndex(tx);
    const { rows: due } = await tx.query<{ blobId: number; reviewAfter: string }>(
      `SELECT blob_id AS "blobId", review_after::text AS "reviewAfter" FROM registry.blob_reviews
       WHERE review_after <= now() ORDER BY review_after, blob_id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    const { rows: locked } = await tx.query<{ id: number }>(
      'SELECT id FROM registry.blobs WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED',
      [due.map((row) => row.blobId)],
    );
    const lockedIds = locked.map((row) => row.id);
    // In a statement of its own: its snapshot is younger than the locks, so it sees every manifest that won the race.
    const { rows: orphans } = await tx.query<OrphanedBlob & { storageKey: string }>(
      `SELECT id, digest, size_bytes AS "sizeBytes", storage_key AS "storageKey" FROM registry.blobs b
       WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM registry.manifest_blobs mb WHERE mb.blob_id = b.id)`,
      [lockedIds],
    );
    const orphanIds = orphans.map((blob) => blob.id);
    await tx.query(
      `INSERT INTO registry.deleted_objects (storage_key, size_bytes) SELECT * FROM unnest($1::text[], $2::bigint[])`,
      [orphans.map((blob) => blob.storageKey), orphans.map((blob) => blob.sizeBytes)],
    );
    await tx.query('DELETE FROM registry.blobs WHERE id = ANY($1)', [orphanIds]);
    await tx.query(
      `DELETE FROM registry.repository_blobs rb WHERE rb.blob_id = ANY($1) AND NOT EXISTS (
         SELECT FROM registry.manifest_blobs mb JOIN registry.manifests m ON m.id = mb.manifest_id
         WHERE mb.blob_id = rb.blob_id AND m.repository_id = rb.repository_id)`,
      [lockedIds],
    );
    await tx.query('DELETE FROM registry.blob_reviews WHERE blob_id = ANY($1)', [lockedIds]);
    return {
      reviewed: lockedIds.length,
      orphans: orphans.map(({ id, digest, sizeBytes }) => ({ id, digest, sizeBytes })),
      nextCursor: due.length === limit && lockedIds.length > 0 ? due.at(-1) : undefined,
    };
  });
}

/** Tells what `reviewPage` would do with the page after `cursor`, and changes nothing. */
export async function previewPage(pool: pg.Pool, limit: number, cursor?: ReviewCursor): Promise<ReviewedPage> {
  const { rows } = await pool.query<OrphanedBlob & { blobId: number; reviewAfter: string; isOrphan: boolean }>(
    `SELECT b.id, b.id AS "blobId", b.digest, b.size_bytes AS "sizeBytes", r.review_after::text AS "reviewAfter",
            NOT EXISTS (SELECT FROM registry.manifest_blobs mb WHERE mb.blob_id = b.id) AS "isOrphan"
     FROM registry.blob_reviews r JOIN registry.blobs b ON b.id = r.blob_id
     WHERE r.review_after <= now() AND (r.review_after, r.blob_id) > ($2::timestamptz, $3::bigint)
     ORDER BY r.review_after, r.blob_id LIMIT $1`,
    [limit, cursor?.reviewAfter ?? '-infinity', cursor?.blobId ?? 0],
  );
  return {
    reviewed: rows.length,
    orphans: rows.filter((row) => row.isOrphan).map(({ id, digest, sizeBytes }) => ({ id, digest, sizeBytes })),
    nextCursor: rows.length === limit ? rows.at(-1) : undefined,
  };
}

export interface DeletedPage {
  readonly deleted: number;
  readonly freedBytes: number;
  readonly failures: readonly DeletionFailure[];
  readonly hasMore: boolean;
}

/**
 * Deletes the bytes of up to `limit` objects that no row owns any more. An object that cannot be deleted stays written
 * down, and is not tried again before `since`. No transaction is open meanwhile, for S3 may take longer than one may last:
 * to delete an object twice does no harm, and what another run has deleted is counted there.
 *
 * @param since a time of `databaseNow`: objects tried after it are passed over
 * @param signal stops between objects; what was deleted until then is recorded
 * @throws ReadOnlyError
 */
export async function deleteObjectsPage(
  pool: pg.Pool,
  blobStore: BlobStore,
  { limit, since, signal }: { limit: number; since: string; signal: AbortSignal },
): Promise<DeletedPage> {
  await assertWritable(pool);
  const { rows } = await pool.query<{ key: string }>(
    `SELECT storage_key AS key FROM registry.deleted_objects
     WHERE attempted_at < $2::timestamptz ORDER BY attempted_at, deleted_at LIMIT $1`,
    [limit, since],
  );
  const failures = await blobStore.delete(
    rows.map(({ key }) => key),
    signal,
  );
  const gone = withoutFailed(rows, failures).map(({ key }) => key);
  const refused = failures.filter(({ reason }) => reason !== stoppedReason).map(({ key }) => key);
  const deleted = await withTransaction(pool, (tx) => forgetDeleted(tx, gone, refused));
  return {
    deleted: deleted.length,
    freedBytes: deleted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    failures,
    hasMore: rows.length === limit,
  };
}

/** Gives those of the objects that are gone that nobody else has taken off the list before. */
async function forgetDeleted(
  tx: pg.PoolClient,
  gone: readonly string[],
  refused: readonly string[],
): Promise<{ readonly sizeBytes: number }[]> {
  const { rows } = await tx.query<{ sizeBytes: number }>(
    'DELETE FROM registry.deleted_objects WHERE storage_key = ANY($1) RETURNING size_bytes AS "sizeBytes"',
    [gone],
  );
  await tx.query('UPDATE registry.deleted_objects SET attempted_at = clock_timestamp() WHERE storage_key = ANY($1)', [
    refused,
  ]);
  return rows;
}
