/**
 * Every code that `/v2` answers with: those of the OCI distribution specification ("Error Codes"), those of
 * docker/distribution for what that leaves out, and for what that leaves out as well the name of the status.
 */
export const registryErrorCodes = [
  'BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'DENIED',
  'DIGEST_INVALID',
  'INSUFFICIENT_STORAGE',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'PAGINATION_NUMBER_INVALID',
  'RANGE_INVALID',
  'REQUEST_TIMEOUT',
  'SIZE_INVALID',
  'TAG_INVALID',
  'TOOMANYREQUESTS',
  'UNAUTHORIZED',
  'UNAVAILABLE',
  'UNKNOWN',
  'UNSUPPORTED',
] as const;

export type RegistryErrorCode = (typeof registryErrorCodes)[number];

export interface RegistryErrorOptions extends ErrorOptions {
  /** Machine-readable detail, shown to the client. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** A refusal that the client is told about as it is: the message says what is wrong, where, and what to do. */
export class RegistryError extends Error {
  override name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly detail: Readonly<Record<string, unknown>>;
  constructor(code: RegistryErrorCode, message: string, options: RegistryErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.detail = options.detail ?? {};
  }
}
