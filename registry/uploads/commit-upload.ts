import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { isCollectedMeanwhile, leaseBlob } from '../blobs/blob-leases.ts';
import { type BlobStore, ObjectNotFoundError } from '../store/blob-store.ts';
import { adoptBlob, linkBlob } from '../blobs/blobs.ts';
import { createHasher, type Digest } from '../blobs/digest.ts';
import { RegistryError } from '../errors.ts';
import type { Logger } from '../../log/logger.ts';
import { healBlob } from '../blobs/quarantine.ts';
import { type UploadClaim, type UploadProgress, uploadUnknown } from './uploads.ts';

const maxAttempts = 5;

export interface CommitDeps {
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly log: Logger;
  /** Lets work go on after the answer, and be waited for when the registry closes. */
  readonly inBackground: (work: Promise<void>) => void;
}

/**
 * Makes a blob of an upload whose bytes have all arrived, and links it to the repository. Where their digest is not known
 * in the algorithm of `digest`, the object is read once for it.
 *
 * Bytes first, then the row that names them: when this resolves, both survive a crash. Where the content is there
 * already, the row that is there is kept, and the new object is given up in the same transaction.
 *
 * @param received where the upload stands; its digest is one of `digest`'s algorithm, or null
 * @throws RegistryError DIGEST_INVALID if the bytes do not fit the digest: the caller gives the upload up;
 *   BLOB_UPLOAD_UNKNOWN if the upload is no longer this request's, or its bytes are gone
 */
export async function commitUpload(
  deps: CommitDeps,
  upload: UploadClaim,
  digest: Digest,
  received: UploadProgress,
): Promise<void> {
  const { sizeBytes, storeState } = received;
  if (received.digest !== null) assertDigest(received.digest, digest, sizeBytes);
  try {
    await deps.blobStore.commit(upload.storageKey, sizeBytes, storeState);
    if (received.digest === null) {
      assertDigest(await readDigest(deps.blobStore, upload.storageKey, digest), digest, sizeBytes);
    }
  } catch (error) {
    throw error instanceof ObjectNotFoundError ? uploadUnknown(upload.id, { cause: error }) : error;
  }
  for (let attempt = 1; ; attempt++) {
    try {
      const isNew = await withTransaction(deps.pool, (tx) => recordBlob(tx, upload, digest.text, sizeBytes));
      if (!isNew) deps.inBackground(deleteObject(deps, upload.storageKey));
      return;
    } catch (error) {
      // The blob that was there has been collected: the next attempt makes it anew.
      if (!isCollectedMeanwhile(error) || attempt === maxAttempts) throw error;
    }
  }
}

function assertDigest(computed: string, expected: Digest, sizeBytes: number): void {
  if (computed === expected.text) return;
  throw new RegistryError(
    'DIGEST_INVALID',
    `the ${sizeBytes} bytes of the upload have the digest ${computed}, not ${expected.text}; the upload was discarded: start a new one`,
    { detail: { expected: expected.text, computed } },
  );
}

async function readDigest(blobStore: BlobStore, storageKey: string, { algorithm }: Digest): Promise<string> {
  const hasher = createHasher(algorithm);
  for await (const chunk of (await blobStore.open(storageKey)) as AsyncIterable<Uint8Array>) hasher.update(chunk);
  return hasher.digest();
}

/** Gives whether the upload's object became the blob's; if not, it is written down for deletion. */
async function recordBlob(tx: pg.PoolClient, upload: UploadClaim, digest: string, sizeBytes: number): Promise<boolean> {
  const newId = await recordNewBlob(tx, upload, digest, sizeBytes);
  if (newId !== undefined) {
    await adoptBlob(tx, upload.repositoryId, newId);
    return true;
  }
  const { blobId, isNew } = await findOrCreateBlob(tx, upload, digest, sizeBytes);
  await linkBlob(tx, upload.repositoryId, blobId);
  if (!isNew) {
    await tx.query('INSERT INTO registry.deleted_objects (storage_key, size_bytes) VALUES ($1, $2)', [
      upload.storageKey,
      sizeBytes,
    ]);
  }
  return isNew;
}

/**
 * Makes upload, blob and link one statement, for content that is new, as most is.
 *
 * @returns the blob's id; undefined where the content is there already, and then only the upload's row is gone
 * @throws RegistryError BLOB_UPLOAD_UNKNOWN if the upload is no longer this request's
 */
async function recordNewBlob(
  tx: pg.PoolClient,
  upload: UploadClaim,
  digest: string,
  sizeBytes: number,
): Promise<number | undefined> {
  const { rows } = await tx.query<{ isClaimed: boolean; blobId: number | null }>({
    name: 'registry-record-new-blob',
    text: `WITH claimed AS (
             DELETE FROM registry.uploads WHERE id = $1 AND writer_id = $2 RETURNING repository_id
           ), blob AS (
             INSERT INTO registry.blobs (digest, size_bytes, storage_key) SELECT $3, $4, $5 FROM claimed
             ON CONFLICT (digest) DO NOTHING RETURNING id
           ), linked AS (
             INSERT INTO registry.repository_blobs (repository_id, blob_id)
             SELECT claimed.repository_id, blob.id FROM claimed, blob
           )
           SELECT EXISTS (SELECT FROM claimed) AS "isClaimed", (SELECT id FROM blob) AS "blobId"`,
    values: [upload.id, upload.writerId, digest, sizeBytes, upload.storageKey],
  });
  if (!rows[0]?.isClaimed) throw uploadUnknown(upload.id);
  return rows[0].blobId ?? undefined;
}

async function findOrCreateBlob(
  tx: pg.PoolClient,
  upload: UploadClaim,
  digest: string,
  sizeBytes: number,
): Promise<{ blobId: number; isNew: boolean }> {
  for (;;) {
    // The lease locks the review, without which garbage collection cannot take the blob before this commits.
    const leasedId = await leaseBlob(tx, digest);
    if (leasedId !== undefined) {
      const { rows: found } = await tx.query<{ isQuarantined: boolean }>(
        `SELECT quarantined_at IS NOT NULL AS "isQuarantined" FROM registry.blobs WHERE id = $1 FOR KEY SHARE`,
        [leasedId],
      );
      const isHealed = found[0]?.isQuarantined === true && (await healBlob(tx, leasedId, upload.storageKey));
      return { blobId: leasedId, isNew: isHealed };
    }
    const { rows } = await tx.query<{ id: number }>({
      name: 'registry-insert-blob',
      text: `INSERT INTO registry.blobs (digest, size_bytes, storage_key) VALUES ($1, $2, $3)
             ON CONFLICT (digest) DO NOTHING RETURNING id`,
      values: [digest, sizeBytes, upload.storageKey],
    });
    const blob = rows[0];
    if (blob) return { blobId: blob.id, isNew: true };
  }
}

async function deleteObject(deps: CommitDeps, storageKey: string): Promise<void> {
  try {
    const [failure] = await deps.blobStore.delete([storageKey]);
    if (failure) throw new Error(failure.reason);
    await deps.pool.query('DELETE FROM registry.deleted_objects WHERE storage_key = $1', [storageKey]);
  } catch (error) {
    deps.log.warn({ err: error, storageKey }, 'a duplicate object could not be deleted; garbage collection will');
  }
}
