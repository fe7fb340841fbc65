import { isDatabaseFull, isDatabaseUnavailable } from '../../database/unavailable.ts';
import { StoreFullError } from '../store/blob-store.ts';
import { HttpError } from './http-error.ts';

// Longer than PostgreSQL takes for an orderly restart, and short for a client that waits.
const retryAfterSeconds = 5;

/**
 * What the client is told of an error that is not about its request: 503 with `Retry-After` while the database is away,
 * 507 (RFC 4918 section 11.5) where there is no room, 500 for all that nobody foresaw. Nothing of the error itself is
 * shown.
 */
export function describeFailure(error: unknown, requestId: string): HttpError {
  const options = { cause: error, detail: { requestId } };
  if (error instanceof StoreFullError || isDatabaseFull(error)) {
    const where = error instanceof StoreFullError ? 'the blob store' : 'the database';
    return new HttpError(
      'INSUFFICIENT_STORAGE',
      `${where} of the registry is full, so nothing of this request was stored: push again once its operator has freed space (delete images and run the job onlinegc_blobs) or added some`,
      options,
    );
  }
  if (isDatabaseUnavailable(error) || isS3Unavailable(error)) {
    return new HttpError(
      'UNAVAILABLE',
      `the registry cannot reach its database or its blob store just now: try again in ${retryAfterSeconds} s`,
      { ...options, headers: { 'Retry-After': String(retryAfterSeconds) } },
    );
  }
  return new HttpError(
    'UNKNOWN',
    `the registry could not do this: try again, and report request ${requestId}`,
    options,
  );
}

/** Whether an error of the AWS SDK says that S3 cannot work just now: a timeout, a status of 5xx, too many requests. */
function isS3Unavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError') return true;
  const { httpStatusCode: status } = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }) : {};
  return status !== undefined && (status >= 500 || status === 429);
}
