import type pg from 'pg';
import pMap from 'p-map';
import type { BlobStore, DeletionFailure } from '../store/blob-store.ts';
import { createHasher, requireDigest } from '../blobs/digest.ts';
import { type DamagedBlob, quarantineBlobs, releaseBlobs } from '../blobs/quarantine.ts';
import { assertWritable } from '../read-only.ts';

const looksAtOnce = 16;

/** How many blobs there are. */
export async function countBlobs(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*) AS count FROM registry.blobs');
  return rows[0]?.count ?? 0;
}

/** A final object that no row owns. */
export interface UnownedObject {
  readonly key: string;
  readonly sizeBytes: number;
}

/** A page of the objects of the blob store, compared with the database. */
export interface AuditedObjects {
  readonly checked: number;
  readonly unowned: readonly UnownedObject[];
  /** Names of what somebody else has put among them, which is left alone. */
  readonly foreign: readonly string[];
  readonly failures: readonly DeletionFailure[];
  /** Undefined after the last page. */
  readonly nextCursor: string | undefined;
}

/**
 * Compares a page of the objects of the blob store with the database. An object has a row before it is final: that of
 * its upload, which the transaction that makes the blob replaces. So one that no row names, in one statement, is nobody's,
 * and will be: keys are never used again.
 *
 * @param options.olderThan younger objects are left alone
 * @param options.repair whether unowned objects are deleted
 * @throws ReadOnlyError where it would repair
 */
export async function auditObjectsPage(
  pool: pg.Pool,
  blobStore: BlobStore,
  options: {
    readonly cursor: string | undefined;
    readonly limit: number;
    readonly olderThan: Date;
    readonly repair: boolean;
    readonly signal: AbortSignal;
  },
): Promise<AuditedObjects> {
  if (options.repair) await assertWritable(pool);
  const { objects, foreign, nextCursor } = await blobStore.listObjects(options);
  const old = objects.filter(({ modifiedAt }) => modifiedAt < options.olderThan);
  const { rows } = await pool.query<{ key: string }>(
    `SELECT key FROM unnest($1::text[]) AS key
     WHERE NOT EXISTS (SELECT FROM registry.blobs WHERE storage_key = key)
       AND NOT EXISTS (SELECT FROM registry.uploads WHERE storage_key = key)
       AND NOT EXISTS (SELECT FROM registry.expired_uploads WHERE storage_key = key)
       AND NOT EXISTS (SELECT FROM registry.deleted_objects WHERE storage_key = key)`,
    [old.map(({ key }) => key)],
  );
  const keys = new Set(rows.map(({ key }) => key));
  const unowned = old.filter(({ key }) => keys.has(key)).map(({ key, sizeBytes }) => ({ key, sizeBytes }));
  const failures = options.repair ? await blobStore.delete([...keys], options.signal) : [];
  return { checked: objects.length, unowned, foreign, failures, nextCursor };
}

interface BlobRow {
  readonly id: number;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly storageKey: string;
}

/** A blob that is not as its row says. */
export interface FoundDamage extends DamagedBlob {
  readonly digest: string;
}

/** A page of the rows of blobs, compared with the blob store. */
export interface AuditedRows {
  readonly checked: number;
  readonly checkedBytes: number;
  readonly damaged: readonly FoundDamage[];
  /** How many of the damaged were not quarantined before. */
  readonly quarantined: number;
  /** How many quarantined blobs turned out to be whole. */
  readonly released: number;
  /** Undefined after the last page. */
  readonly nextId: number | undefined;
}

/**
 * Compares a page of the rows of blobs with the blob store: whether the object is there, with the size that it has to
 * have.
 *
 * @param options.afterId blobs up to this one are left out
 * @param options.repair whether those without an object are quarantined
 */
export async function auditRowsPage(
  pool: pg.Pool,
  blobStore: BlobStore,
  options: {
    readonly afterId: number;
    readonly limit: number;
    readonly repair: boolean;
    readonly signal: AbortSignal;
  },
): Promise<AuditedRows> {
  const rows = await findBlobs(pool, options.afterId, options.limit);
  const suspects: FoundDamage[] = [];
  await pMap(
    rows,
    async ({ id, digest, sizeBytes, storageKey }) => {
      const storedBytes = await blobStore.sizeOf(storageKey);
      if (storedBytes === sizeBytes) return;
      suspects.push({ id, digest, storageKey, reason: storedBytes === undefined ? 'missing' : 'corrupt' });
    },
    { concurrency: looksAtOnce, signal: options.signal },
  );
  const damaged = await withoutCollected(pool, suspects);
  const quarantined = options.repair ? await quarantineBlobs(pool, damaged) : [];
  return {
    checked: rows.length,
    checkedBytes: 0,
    damaged,
    quarantined: quarantined.length,
    released: 0,
    nextId: rows.length === options.limit ? rows.at(-1)?.id : undefined,
  };
}

/**
 * Reads blobs and compares their bytes with their digests, from one id on, for as long as `isEnough` says no. Those that
 * are damaged are quarantined; those that were, and are whole again, are released.
 *
 * @param options.onBytes told of bytes that were read; may wait, which slows the reading down
 */
export async function verifyBlobsPage(
  pool: pg.Pool,
  blobStore: BlobStore,
  options: {
    readonly afterId: number;
    readonly limit: number;
    readonly isEnough: () => boolean;
    readonly onBytes: (sizeBytes: number) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<AuditedRows> {
  const rows = await findBlobs(pool, options.afterId, options.limit);
  const suspects: FoundDamage[] = [];
  const whole: number[] = [];
  let checked = 0;
  let checkedBytes = 0;
  for (const row of rows) {
    if (checked > 0 && options.isEnough()) break;
    const reason = await verify(row);
    if (reason) suspects.push({ id: row.id, digest: row.digest, storageKey: row.storageKey, reason });
    else whole.push(row.id);
    checked++;
    checkedBytes += row.sizeBytes;
  }
  const damaged = await withoutCollected(pool, suspects);
  const quarantined = await quarantineBlobs(pool, damaged);
  const released = await releaseBlobs(pool, whole);
  const isLast = checked === rows.length && rows.length < options.limit;
  const nextId = isLast ? undefined : rows[checked - 1]?.id;
  return { checked, checkedBytes, damaged, quarantined: quarantined.length, released, nextId };

  async function verify({ storageKey, sizeBytes, digest }: BlobRow): Promise<DamagedBlob['reason'] | undefined> {
    const storedBytes = await blobStore.sizeOf(storageKey);
    if (storedBytes === undefined) return 'missing';
    if (storedBytes !== sizeBytes) return 'corrupt';
    const hasher = createHasher(requireDigest(digest).algorithm);
    for await (const chunk of (await blobStore.open(storageKey)) as AsyncIterable<Uint8Array>) {
      options.signal.throwIfAborted();
      hasher.update(chunk);
      await options.onBytes(chunk.length);
    }
    return hasher.digest() === digest ? undefined : 'corrupt';
  }
}

async function findBlobs(pool: pg.Pool, afterId: number, limit: number): Promise<BlobRow[]> {
  const { rows } = await pool.query<BlobRow>(
    `SELECT id, digest, size_bytes AS "sizeBytes", storage_key AS "storageKey" FROM registry.blobs
     WHERE id > $1 ORDER BY id LIMIT $2`,
    [afterId, limit],
  );
  return rows;
}

/** Garbage collection deletes an object after its row: a row that is gone by now is no loss. */
async function withoutCollected(pool: pg.Pool, suspects: readonly FoundDamage[]): Promise<FoundDamage[]> {
  if (suspects.length === 0) return [];
  const { rows } = await pool.query<{ key: string }>(
    'SELECT storage_key AS key FROM registry.blobs WHERE storage_key = ANY($1)',
    [suspects.map(({ storageKey }) => storageKey)],
  );
  const there = new Set(rows.map(({ key }) => key));
  return suspects.filter(({ storageKey }) => there.has(storageKey)).toSorted((a, b) => a.id - b.id);
}
