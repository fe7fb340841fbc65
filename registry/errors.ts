import type { LimitName, LimitReachedError } from '../settings/limits.ts';

/**
 * Every code that `/v2` answers with, and its usual HTTP status. The codes of the OCI distribution specification
 * ("Error Codes"), those of docker/distribution for what that leaves out, and for what that leaves out as well the name
 * of the status.
 */
const catalogue = {
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
} as const;

export type ErrorCode = keyof typeof catalogue;

export interface RegistryErrorOptions extends ErrorOptions {
  /** Where the usual status of the code does not fit. */
  readonly status?: number;
  /** Machine-readable detail, shown to the client. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Response headers that belong to the error, such as `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that the client is told about as it is: the message says what is wrong, where, and what to do. */
export class RegistryError extends Error {
  override name = 'RegistryError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: ErrorCode, message: string, options: RegistryErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.status = options.status ?? catalogue[code];
    this.detail = options.detail ?? {};
    this.headers = options.headers ?? {};
  }

  /** The body of the response: `{"errors":[{code,message,detail}]}`. */
  toJson(): string {
    return `${JSON.stringify({ errors: [{ code: this.code, message: this.message, detail: this.detail }] })}\n`;
  }
}

// Uploads end by themselves; what else there is too much of, somebody has to delete.
const passing: ReadonlySet<LimitName> = new Set(['maxOpenUploadsPerRepository', 'maxOpenUploadsPerAccount']);
const retryAfterSeconds = 60;

/**
 * The error for what would be beyond a limit: TOOMANYREQUESTS for what is over by itself, and else DENIED (OCI
 * distribution specification, "Error Codes").
 */
export function limitReached(error: LimitReachedError): RegistryError {
  const { message, limit, max } = error;
  const isPassing = passing.has(limit);
  return new RegistryError(isPassing ? 'TOOMANYREQUESTS' : 'DENIED', message, {
    cause: error,
    detail: { limit, max },
    ...(isPassing && { headers: { 'Retry-After': String(retryAfterSeconds) } }),
  });
}
