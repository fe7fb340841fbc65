import { DomainError } from '../../errors/domain-error.ts';
import { LimitReachedError, type LimitName } from '../../settings/limits.ts';
import { RegistryError, type RegistryErrorCode, type RegistryErrorOptions } from '../errors.ts';
import { ImmutableTagError } from '../manifests/immutable-tags.ts';
import { ReadOnlyError } from '../read-only.ts';
import { UploadBusyError } from '../uploads/upload-claims.ts';

const usualStatuses: Readonly<Record<RegistryErrorCode, number>> = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  INSUFFICIENT_STORAGE: 507,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  PAGINATION_NUMBER_INVALID: 400,
  RANGE_INVALID: 416,
  REQUEST_TIMEOUT: 408,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  TOOMANYREQUESTS: 429,
  UNAUTHORIZED: 401,
  UNAVAILABLE: 503,
  UNKNOWN: 500,
  UNSUPPORTED: 405,
};

export interface HttpErrorOptions extends RegistryErrorOptions {
  /** Where the usual status of the code does not fit. */
  readonly status?: number;
  /** Response headers that belong to the error, such as `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error as `/v2` answers it: with a status and headers. */
export class HttpError extends RegistryError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: RegistryErrorCode, message: string, options: HttpErrorOptions = {}) {
    super(code, message, options);
    this.status = options.status ?? usualStatuses[code];
    this.headers = options.headers ?? {};
  }

  /** The body of the response: `{"errors":[{code,message,detail}]}`. */
  toJson(): string {
    return `${JSON.stringify({ errors: [{ code: this.code, message: this.message, detail: this.detail }] })}\n`;
  }
}

/** How an error is answered that the rooms of the registry have thrown; undefined: it is none of theirs. */
export function toHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof UploadBusyError) return restate(error, { status: 409 });
  if (error instanceof RegistryError) return restate(error, {});
  return error instanceof DomainError ? refusal(error) : undefined;
}

function restate(error: RegistryError, options: HttpErrorOptions): HttpError {
  return new HttpError(error.code, error.message, { detail: error.detail, cause: error, ...options });
}

function refusal(error: DomainError): HttpError | undefined {
  const { message } = error;
  if (error instanceof ReadOnlyError) return new HttpError('UNSUPPORTED', message, { cause: error });
  if (error instanceof LimitReachedError) return limitReached(error);
  if (error instanceof ImmutableTagError) {
    // A deletion that is not possible is 405 (OCI distribution specification, "Deleting tags").
    return new HttpError('DENIED', message, {
      status: 405,
      headers: { Allow: 'GET, HEAD, PUT' },
      detail: { tag: error.tag },
      cause: error,
    });
  }
  return undefined;
}

// Uploads end by themselves; what else there is too much of, somebody has to delete.
const passing: ReadonlySet<LimitName> = new Set(['maxOpenUploadsPerRepository', 'maxOpenUploadsPerAccount']);
const retryAfterSeconds = 60;

/**
 * The error for what would be beyond a limit: TOOMANYREQUESTS for what is over by itself, and else DENIED (OCI
 * distribution specification, "Error Codes").
 */
function limitReached(error: LimitReachedError): HttpError {
  const { message, limit, max } = error;
  const isPassing = passing.has(limit);
  return new HttpError(isPassing ? 'TOOMANYREQUESTS' : 'DENIED', message, {
    cause: error,
    detail: { limit, max },
    ...(isPassing && { headers: { 'Retry-After': String(retryAfterSeconds) } }),
  });
}
