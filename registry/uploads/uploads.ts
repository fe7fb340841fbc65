import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/pool.ts';
import { LimitReachedError } from '../../settings/limits.ts';
import type { Settings } from '../../settings/settings.ts';
import { RegistryError } from '../errors.ts';
import type { DigestAlgorithm } from '../blobs/digest.ts';
import type { RepositoryName } from '../repositories/names.ts';

/*
 * An upload is a row and an unfinished object. The row stays until the transaction that makes its blob deletes it, or one
 * that moves its key to the expired uploads, so whatever a crash leaves in the blob store, unfinished or already final, is
 * named by a row that can be cleaned up.
 */

/** Where an upload stands. */
export interface UploadState {
  readonly id: string;
  readonly repositoryId: number;
  readonly storageKey: string;
  /** Bytes that have arrived and count. */
  readonly sizeBytes: number;
  /** What those bytes are hashed with as they arrive. */
  readonly digestAlgorithm: DigestAlgorithm;
  /** The digest of those bytes; null where they did not all pass through one process. */
  readonly digest: string | null;
  /** What the blob store gave with the last of them. */
  readonly storeState: string;
}

/** How far an upload has come with the bytes of one more request. */
export type UploadProgress = Pick<UploadState, 'sizeBytes' | 'digest' | 'storeState'>;

/** The right of one request to write an upload's bytes. */
export interface UploadClaim extends UploadState {
  readonly writerId: string;
}

/** A claim that has not been renewed for this long is that of a process that died. */
export const claimLeaseSeconds = 90;

const stateColumns = `u.id, u.repository_id AS "repositoryId", u.storage_key AS "storageKey",
  u.size_bytes AS "sizeBytes", u.digest_algorithm AS "digestAlgorithm", u.digest, u.store_state AS "storeState"`;

// What these statements say need not survive a loss of power: the bytes that they speak of would not either. Bytes that
// do, in the half second before PostgreSQL writes its log by itself, are pieces that no row names.
const withoutFlush = `commit_mode AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))`;

/** An upload to be. */
export interface NewUpload {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly storageKey: string;
  /** Whether the upload is this request's to write from the start. */
  readonly isClaimed: boolean;
  /** What its bytes will be hashed with. */
  readonly algorithm: DigestAlgorithm;
  /** Name of the account or robot. */
  readonly begunBy: string;
}

/** How many uploads may be open: the settings of these names. */
export type UploadLimits = Pick<Settings, 'maxOpenUploadsPerRepository' | 'maxOpenUploadsPerAccount'>;

/**
 * Starts an upload into a repository. Where as many are open as may be, those that nobody has written to for an hour
 * give way.
 *
 * @throws RegistryError TOOMANYREQUESTS where none does
 */
export async function createUpload(
  db: Queryable,
  { repositoryId, repository, storageKey, isClaimed, algorithm, begunBy }: NewUpload,
  limits: UploadLimits,
): Promise<UploadClaim> {
  const claim = {
    id: randomUUID(),
    repositoryId,
    storageKey,
    sizeBytes: 0,
    digestAlgorithm: algorithm,
    digest: null,
    storeState: '',
    writerId: randomUUID(),
  };
  const { rows } = await db.query<{ reached: keyof UploadLimits | null }>({
    name: 'registry-begin-upload',
    text: 'SELECT registry.begin_upload($1, $2, $3, $4, $5, $6, $7, $8) AS reached',
    values: [
      claim.id,
      repositoryId,
      begunBy,
      storageKey,
      algorithm,
      isClaimed ? claim.writerId : null,
      limits.maxOpenUploadsPerRepository,
      limits.maxOpenUploadsPerAccount,
    ],
  });
  const reached = rows[0]?.reached ?? null;
  if (reached === null) return claim;
  const place = reached === 'maxOpenUploadsPerAccount' ? begunBy : repository.full;
  throw new LimitReachedError(reached, limits[reached], place);
}

/**
 * Finds an upload of a repository.
 *
 * @throws RegistryError BLOB_UPLOAD_UNKNOWN
 */
export async function findUpload(db: Queryable, repository: RepositoryName, id: string): Promise<UploadState> {
  if (!isUploadId(id)) throw uploadUnknown(id);
  const { rows } = await db.query<UploadState>({
    name: 'registry-find-upload',
    text: `SELECT ${stateColumns}
           FROM registry.uploads u JOIN registry.repositories r ON r.id = u.repository_id
           WHERE u.id = $1 AND r.namespace = $2 AND r.name = $3`,
    values: [id, repository.namespace, repository.name],
  });
  const upload = rows[0];
  if (!upload) throw uploadUnknown(id);
  return upload;
}

/**
 * Claims an upload for writing, unless another request has it.
 *
 * @returns undefined if the upload is claimed, or does not exist
 */
export async function claimUpload(
  db: Queryable,
  repository: RepositoryName,
  id: string,
): Promise<UploadClaim | undefined> {
  if (!isUploadId(id)) throw uploadUnknown(id);
  const { rows } = await db.query<UploadClaim>({
    name: 'registry-claim-upload',
    text: `WITH ${withoutFlush}
           UPDATE registry.uploads u SET writer_id = $4, updated_at = now()
           FROM registry.repositories r, commit_mode
           WHERE u.id = $1 AND r.id = u.repository_id AND r.namespace = $2 AND r.name = $3
             AND (u.writer_id IS NULL OR u.updated_at < now() - make_interval(secs => $5))
           RETURNING ${stateColumns}, u.writer_id AS "writerId"`,
    values: [id, repository.namespace, repository.name, randomUUID(), claimLeaseSeconds],
  });
  return rows[0];
}

/** Renews a claim. Gives false if the upload is no longer this request's. */
export async function renewClaim(db: Queryable, claim: UploadClaim): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE registry.uploads SET updated_at = now() WHERE id = $1 AND writer_id = $2',
    [claim.id, claim.writerId],
  );
  return rowCount === 1;
}

/** Gives a claim up; the upload stays at the offset that it had. */
export async function releaseClaim(db: Queryable, claim: UploadClaim): Promise<void> {
  await db.query('UPDATE registry.uploads SET writer_id = NULL WHERE id = $1 AND writer_id = $2', [
    claim.id,
    claim.writerId,
  ]);
}

/**
 * Records that an upload has grown, and gives the claim up.
 *
 * @throws RegistryError BLOB_UPLOAD_UNKNOWN if the upload is no longer this request's
 */
export async function advanceUpload(db: Queryable, claim: UploadClaim, progress: UploadProgress): Promise<void> {
  const { rowCount } = await db.query({
    name: 'registry-advance-upload',
    text: `WITH ${withoutFlush}
           UPDATE registry.uploads
           SET size_bytes = $4, digest = $5, store_state = $6, writer_id = NULL, updated_at = now()
           FROM commit_mode WHERE id = $1 AND writer_id = $2 AND size_bytes = $3`,
    values: [claim.id, claim.writerId, claim.sizeBytes, progress.sizeBytes, progress.digest, progress.storeState],
  });
  if (rowCount !== 1) throw uploadUnknown(claim.id);
}

/**
 * Ends an upload that is given up: its row goes, and what the blob store has of it is written down for deletion.
 *
 * @throws RegistryError BLOB_UPLOAD_UNKNOWN if the upload is no longer this request's
 */
export async function expireUpload(db: Queryable, claim: UploadClaim, storeState: string): Promise<void> {
  const { rowCount } = await db.query({
    name: 'registry-expire-upload',
    text: `WITH gone AS (DELETE FROM registry.uploads WHERE id = $1 AND writer_id = $2 RETURNING storage_key)
           INSERT INTO registry.expired_uploads (storage_key, store_state) SELECT storage_key, $3 FROM gone`,
    values: [claim.id, claim.writerId, storeState],
  });
  if (rowCount !== 1) throw uploadUnknown(claim.id);
}

/** Forgets expired uploads of which the blob store has nothing any more. */
export async function forgetExpired(db: Queryable, storageKeys: readonly string[]): Promise<void> {
  await db.query('DELETE FROM registry.expired_uploads WHERE storage_key = ANY($1)', [storageKeys]);
}

function isUploadId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** The error for an upload that is not there. */
export function uploadUnknown(id: string, options?: ErrorOptions): RegistryError {
  const shown = id.slice(0, 64);
  return new RegistryError(
    'BLOB_UPLOAD_UNKNOWN',
    `there is no upload ${shown} in this repository: it was finished, cancelled or given up; start a new one with POST`,
    { ...options, detail: { upload: shown } },
  );
}
