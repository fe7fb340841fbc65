import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { RegistryError } from '../errors.ts';
import type { Logger } from '../../log/logger.ts';
import type { RepositoryName } from '../repositories/names.ts';
import { claimLeaseSeconds, claimUpload, findUpload, releaseClaim, renewClaim, type UploadClaim } from './uploads.ts';

// A client that lost its connection is often back before this side has noticed.
const waitMs = 5_000;
const retryMs = 100;

/** A claim at work. */
export interface HeldClaim {
  readonly upload: UploadClaim;
  /** @throws RegistryError if the claim was lost, so that nothing more may be written. */
  readonly check: () => void;
}

/**
 * Runs `work` while this request, and no other in any process, may write the upload. The claim is kept fresh meanwhile;
 * if `work` throws, it is given up, and the upload stands where it stood.
 *
 * @throws RegistryError BLOB_UPLOAD_UNKNOWN; UploadBusyError if another request keeps writing
 */
export async function withClaim<T>(
  pool: pg.Pool,
  log: Logger,
  repository: RepositoryName,
  uploadId: string,
  work: (held: HeldClaim) => Promise<T>,
): Promise<T> {
  return holding(pool, log, await waitForClaim(pool, repository, uploadId), work);
}

/** The same for an upload that was claimed when it was made. */
export async function holding<T>(
  pool: pg.Pool,
  log: Logger,
  upload: UploadClaim,
  work: (held: HeldClaim) => Promise<T>,
): Promise<T> {
  let isLost = false;
  const timer = setInterval(
    () => {
      renewClaim(pool, upload).then(
        (isOurs) => {
          isLost ||= !isOurs;
        },
        (error: unknown) =>
          log.warn({ err: error, uploadId: upload.id }, 'the claim of an upload could not be renewed'),
      );
    },
    (claimLeaseSeconds * 1_000) / 4,
  );
  try {
    return await work({
      upload,
      check: () => {
        if (isLost) throw new UploadBusyError(upload.id);
      },
    });
  } catch (error) {
    await releaseClaim(pool, upload).catch((releaseError: unknown) =>
      log.warn(
        { err: releaseError, uploadId: upload.id },
        'the claim of an upload could not be given up; it will expire',
      ),
    );
    throw error;
  } finally {
    clearInterval(timer);
  }
}

async function waitForClaim(pool: pg.Pool, repository: RepositoryName, uploadId: string): Promise<UploadClaim> {
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    const claim = await claimUpload(pool, repository, uploadId);
    if (claim) return claim;
    await findUpload(pool, repository, uploadId);
    if (waitedMs >= waitMs) throw new UploadBusyError(uploadId);
    await delay(retryMs);
  }
}

/** Another request writes the upload. */
export class UploadBusyError extends RegistryError {
  override name = 'UploadBusyError';
  constructor(uploadId: string) {
    super(
      'BLOB_UPLOAD_INVALID',
      `another request is writing the upload ${uploadId}: wait for it, then ask with GET how far the upload is`,
      { detail: { upload: uploadId } },
    );
  }
}
