import type pg from 'pg';
import pMap from 'p-map';
import { withTransaction } from '../../database/transaction.ts';
import { type BlobStore, type DeletionFailure, stoppedReason } from '../store/blob-store.ts';
import { assertWritable } from '../read-only.ts';
import { claimLeaseSeconds, forgetExpired } from './uploads.ts';

const abortsAtOnce = 16;

// Nobody has written to it for long, and no request holds it.
const isExpired = `updated_at < $1::timestamptz
  AND (writer_id IS NULL OR updated_at < now() - make_interval(secs => ${claimLeaseSeconds}))`;

/** A place in the list of expired uploads. */
export interface ExpiredCursor {
  /** As PostgreSQL writes a timestamptz: microseconds must not be lost. */
  readonly updatedAt: string;
  readonly id: string;
}

export interface ExpiredUpload {
  readonly id: string;
  readonly sizeBytes: number;
}

export interface ExpiredPage {
  readonly uploads: readonly ExpiredUpload[];
  /** Undefined after the last page. */
  readonly nextCursor: ExpiredCursor | undefined;
}

/** What a purge goes by: times of the database, as texts that the functions below take back. */
export interface PurgeTimes {
  readonly startedAt: string;
  /** Uploads that nobody has written to since are expired. */
  readonly expireBefore: string;
  /** The same, for the blob store: milliseconds since 1970. */
  readonly expireBeforeMs: number;
}

/** Fixes the times of a purge, so that all of its pages mean the same. */
export async function purgeTimes(pool: pg.Pool, expiryMs: number): Promise<PurgeTimes> {
  const { rows } = await pool.query<PurgeTimes>(
    `SELECT now()::text AS "startedAt", t::text AS "expireBefore",
            floor(extract(epoch FROM t) * 1000)::bigint AS "expireBeforeMs"
     FROM (SELECT now() - $1 * interval '1 ms') AS times (t)`,
    [expiryMs],
  );
  const [times] = rows;
  if (!times) throw new Error('PostgreSQL did not tell the time');
  return times;
}

/** How many uploads have expired. */
export async function countExpiredUploads(pool: pg.Pool, expireBefore: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*) AS count FROM registry.uploads WHERE ${isExpired}`,
    [expireBefore],
  );
  return rows[0]?.count ?? 0;
}

/**
 * Ends up to `limit` expired uploads in one transaction: their rows go, and what the blob store has of them is written
 * down in `registry.expired_uploads`. A row that somebody holds is passed over.
 *
 * @throws ReadOnlyError
 */
export async function expirePage(pool: pg.Pool, expireBefore: string, limit: number): Promise<ExpiredPage> {
  return withTransaction(pool, async (tx) => {
    await assertWritable(tx);
    const { rows } = await tx.query<ExpiredUpload & { storageKey: string; storeState: string; updatedAt: string }>(
      `SELECT id, size_bytes AS "sizeBytes", storage_key AS "storageKey", store_state AS "storeState",
              updated_at::text AS "updatedAt"
       FROM registry.uploads WHERE ${isExpired} ORDER BY updated_at, id LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [expireBefore, limit],
    );
    await tx.query(
      `INSERT INTO registry.expired_uploads (storage_key, store_state) SELECT * FROM unnest($1::text[], $2::text[])`,
      [rows.map((row) => row.storageKey), rows.map((row) => row.storeState)],
    );
    await tx.query('DELETE FROM registry.uploads WHERE id = ANY($1)', [rows.map((row) => row.id)]);
    return pageOf(rows, limit);
  });
}

/** Tells what `expirePage` would end after `cursor`, and changes nothing. */
export async function previewExpiredPage(
  pool: pg.Pool,
  expireBefore: string,
  limit: number,
  cursor?: ExpiredCursor,
): Promise<ExpiredPage> {
  const { rows } = await pool.query<ExpiredUpload & { updatedAt: string }>(
    `SELECT id, size_bytes AS "sizeBytes", updated_at::text AS "updatedAt" FROM registry.uploads
     WHERE ${isExpired} AND (updated_at, id) > ($3::timestamptz, $4::uuid) ORDER BY updated_at, id LIMIT $2`,
    [expireBefore, limit, cursor?.updatedAt ?? '-infinity', cursor?.id ?? '00000000-0000-0000-0000-000000000000'],
  );
  return pageOf(rows, limit);
}

function pageOf(rows: readonly (ExpiredUpload & { updatedAt: string })[], limit: number): ExpiredPage {
  const last = rows.at(-1);
  return {
    uploads: rows.map(({ id, sizeBytes }) => ({ id, sizeBytes })),
    nextCursor: last && rows.length === limit ? { updatedAt: last.updatedAt, id: last.id } : undefined,
  };
}

export interface AbortedPage {
  readonly aborted: number;
  readonly failures: readonly DeletionFailure[];
  readonly hasMore: boolean;
}

/**
 * Deletes what the blob store has of up to `limit` expired uploads. One that cannot be deleted stays written down, and is
 * not tried again before `since`. No transaction is open meanwhile: to do it twice does no harm.
 *
 * @param since a time of `purgeTimes`
 * @param signal stops between uploads; what was deleted until then is recorded
 * @throws ReadOnlyError
 */
export async function abortExpiredPage(
  pool: pg.Pool,
  blobStore: BlobStore,
  { limit, since, signal }: { limit: number; since: string; signal: AbortSignal },
): Promise<AbortedPage> {
  await assertWritable(pool);
  const { rows } = await pool.query<{ key: string; state: string }>(
    `SELECT storage_key AS key, store_state AS state FROM registry.expired_uploads
     WHERE attempted_at < $2::timestamptz ORDER BY attempted_at, expired_at LIMIT $1`,
    [limit, since],
  );
  const aborted: string[] = [];
  const failures: DeletionFailure[] = [];
  await pMap(
    rows,
    async ({ key, state }) => {
      if (signal.aborted) {
        failures.push({ key, reason: stoppedReason });
        return;
      }
      try {
        await blobStore.abort(key, state, signal);
        aborted.push(key);
      } catch (error) {
        failures.push({ key, reason: signal.aborted ? stoppedReason : (error as Error).message });
      }
    },
    { concurrency: abortsAtOnce },
  );
  await forgetExpired(pool, aborted);
  await pool.query('UPDATE registry.expired_uploads SET attempted_at = clock_timestamp() WHERE storage_key = ANY($1)', [
    failures.filter(({ reason }) => reason !== stoppedReason).map(({ key }) => key),
  ]);
  return { aborted: aborted.length, failures, hasMore: rows.length === limit };
}

export interface SweptPage {
  /** Pieces of the page that no upload names. */
  readonly found: number;
  readonly removed: number;
  readonly failures: readonly DeletionFailure[];
  /** Undefined after the last page. */
  readonly nextCursor: string | undefined;
}

/**
 * Removes pieces of unfinished objects that no upload names, as a crash leaves them behind, from one page of what the
 * blob store lists. An upload has its row before it has bytes, so a piece without one is nobody's.
 *
 * @param olderThan younger pieces are left alone
 * @throws ReadOnlyError unless it is a dry run
 */
export async function sweepPage(
  pool: pg.Pool,
  blobStore: BlobStore,
  options: {
    readonly olderThan: Date;
    readonly limit: number;
    readonly cursor: string | undefined;
    readonly dryRun: boolean;
    readonly signal: AbortSignal;
  },
): Promise<SweptPage> {
  if (!options.dryRun) await assertWritable(pool);
  const { leftovers, nextCursor } = await blobStore.listLeftovers(options);
  const keys = [...new Set(leftovers.map(({ key }) => key))];
  const { rows } = await pool.query<{ key: string }>(
    'SELECT storage_key AS key FROM registry.uploads WHERE storage_key = ANY($1)',
    [keys],
  );
  const named = new Set(rows.map(({ key }) => key));
  const unnamed = leftovers.filter(({ key }) => !named.has(key));
  const failures = options.dryRun ? [] : await blobStore.deleteLeftovers(unnamed, options.signal);
  const removed = options.dryRun ? 0 : unnamed.length - failures.length;
  return { found: unnamed.length, removed, failures, nextCursor };
}
