/**
 * Every error of `/api/v0`, `/enzi/v0` and `/auth/token`: its code on the wire, and its status. Codes are MSR's where MSR has one
 * (DTR 2.7 API), odd statuses included; a code is never used again for another meaning.
 */
export const apiErrors = {
  INVALID_JSON: 400,
  INVALID_PARAMETERS: 400,
  INVALID_ENDPOINT: 400,
  INVALID_SCHEDULE: 400,
  INVALID_TIME_ZONE: 400,
  INVALID_CRON_NAME: 400,
  INVALID_ACCOUNT_NAME: 400,
  INVALID_CERTIFICATE: 400,
  INVALID_DIGEST: 400,
  INVALID_REPOSITORY_NAME: 400,
  INVALID_REPOSITORY_VISIBILITY: 400,
  ACTION_NOT_STARTABLE: 400,
  INVALID_SETTINGS: 400,
  INVALID_USER_SETTINGS: 400,
  NOT_AN_ORGANIZATION: 400,
  SIGN_IN_EXPIRED: 400,
  REPOSITORY_EXISTS: 400,
  NO_SUCH_ACTION: 400,
  UNSUPPORTED_GRANT_TYPE: 400,
  NOT_AUTHENTICATED: 401,
  CROSS_SITE_REQUEST: 403,
  INVALID_CSRF_TOKEN: 403,
  NOT_AUTHORIZED: 403,
  SIGN_IN_REFUSED: 403,
  NO_SUCH_ACCOUNT: 404,
  NO_SUCH_ACTION_CONFIG: 404,
  NO_SUCH_API_TOKEN: 404,
  NO_SUCH_CERTIFICATE: 404,
  NO_SUCH_CONTENT_CACHE: 404,
  NO_SUCH_CRON: 404,
  NO_SUCH_JOB: 404,
  NO_SUCH_MEMBER: 404,
  NO_SUCH_NAMESPACE_TEAM_ACCESS: 404,
  NO_SUCH_PUBLIC_KEY: 404,
  NO_SUCH_REF: 404,
  NO_SUCH_REPOSITORY: 404,
  NO_SUCH_ROBOT: 404,
  NO_SUCH_ROUTE: 404,
  NO_SUCH_SESSION: 404,
  NO_SUCH_TAG: 404,
  NO_SUCH_TEAM: 404,
  NO_SUCH_USER: 404,
  NO_SUCH_WEBHOOK: 404,
  NO_SUCH_WORKER: 404,
  NO_TEMPORAL_UI: 404,
  OIDC_NOT_SET_UP: 404,
  NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  ACCOUNT_EXISTS: 409,
  ACCOUNT_HAS_REPOSITORIES: 409,
  CRON_EXISTS: 409,
  JOB_NOT_ENDED: 409,
  JOB_NOT_PAUSABLE: 409,
  JOB_NOT_RUNNING: 409,
  JOB_NOT_WAITING: 409,
  LAST_ADMIN: 409,
  LIMIT_REACHED: 409,
  PUBLIC_KEY_EXISTS: 409,
  REGISTRY_READ_ONLY: 409,
  ROBOT_EXISTS: 409,
  TAG_IMMUTABLE: 409,
  TEAM_EXISTS: 409,
  REQUEST_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY_REQUESTS: 429,
  CLIENT_CLOSED_REQUEST: 499,
  INTERNAL_ERROR: 500,
  IDENTITY_PROVIDER_UNAVAILABLE: 503,
  UNAVAILABLE: 503,
} as const satisfies Record<string, number>;

export type ApiErrorCode = keyof typeof apiErrors;

export interface ApiErrorOptions extends ErrorOptions {
  /** When it makes sense to try again: the header `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** An error that the client is told, in the shape of MSR: `{"errors":[{"code","message"}]}`. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  constructor(code: ApiErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.status = apiErrors[code];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The error for an account, user or organization, that is not there. */
export function noSuchAccount(name: string): ApiError {
  return new ApiError('NO_SUCH_ACCOUNT', `there is no account "${name}"`);
}

/** The error for a repository that is not there, or that the caller may not see. */
export function noSuchRepository(namespace: string, name: string): ApiError {
  return new ApiError('NO_SUCH_REPOSITORY', `there is no repository ${namespace}/${name}`);
}
