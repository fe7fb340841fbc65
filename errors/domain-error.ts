/**
 * What can be wrong with what somebody asks for, in one word each. Programs decide by these codes, so a code is never used
 * again for another meaning. They are MSR's where MSR has one (DTR 2.7 API). Which status of HTTP belongs to a code, the
 * edges know.
 */
export const domainErrorCodes = [
  'ACCOUNT_EXISTS',
  'ACCOUNT_HAS_REPOSITORIES',
  'ACTION_NOT_STARTABLE',
  'CLIENT_CLOSED_REQUEST',
  'CRON_EXISTS',
  'CROSS_SITE_REQUEST',
  'IDENTITY_PROVIDER_UNAVAILABLE',
  'INTERNAL_ERROR',
  'INVALID_ACCOUNT_NAME',
  'INVALID_CERTIFICATE',
  'INVALID_CRON_NAME',
  'INVALID_CSRF_TOKEN',
  'INVALID_DIGEST',
  'INVALID_ENDPOINT',
  'INVALID_JSON',
  'INVALID_PARAMETERS',
  'INVALID_REPOSITORY_NAME',
  'INVALID_REPOSITORY_VISIBILITY',
  'INVALID_SCHEDULE',
  'INVALID_SETTINGS',
  'INVALID_TIME_ZONE',
  'INVALID_USER_SETTINGS',
  'JOB_NOT_ENDED',
  'JOB_NOT_PAUSABLE',
  'JOB_NOT_RUNNING',
  'JOB_NOT_WAITING',
  'LAST_ADMIN',
  'LIMIT_REACHED',
  'NOT_ALLOWED',
  'NOT_AN_ORGANIZATION',
  'NOT_AUTHENTICATED',
  'NOT_AUTHORIZED',
  'NO_SUCH_ACCOUNT',
  'NO_SUCH_ACTION',
  'NO_SUCH_ACTION_CONFIG',
  'NO_SUCH_API_TOKEN',
  'NO_SUCH_CERTIFICATE',
  'NO_SUCH_CONTENT_CACHE',
  'NO_SUCH_CRON',
  'NO_SUCH_JOB',
  'NO_SUCH_MEMBER',
  'NO_SUCH_NAMESPACE_TEAM_ACCESS',
  'NO_SUCH_PUBLIC_KEY',
  'NO_SUCH_REF',
  'NO_SUCH_REPOSITORY',
  'NO_SUCH_ROBOT',
  'NO_SUCH_ROUTE',
  'NO_SUCH_SESSION',
  'NO_SUCH_TAG',
  'NO_SUCH_TEAM',
  'NO_SUCH_USER',
  'NO_SUCH_WEBHOOK',
  'NO_SUCH_WORKER',
  'NO_TEMPORAL_UI',
  'OIDC_NOT_SET_UP',
  'PUBLIC_KEY_EXISTS',
  'REGISTRY_READ_ONLY',
  'REPOSITORY_EXISTS',
  'REQUEST_TIMEOUT',
  'REQUEST_TOO_LARGE',
  'ROBOT_EXISTS',
  'SIGN_IN_EXPIRED',
  'SIGN_IN_REFUSED',
  'TAG_IMMUTABLE',
  'TEAM_EXISTS',
  'TOO_MANY_REQUESTS',
  'UNAVAILABLE',
  'UNSUPPORTED_GRANT_TYPE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const;

export type DomainErrorCode = (typeof domainErrorCodes)[number];

export interface DomainErrorOptions extends ErrorOptions {
  /** When it makes sense to try again. */
  readonly retryAfterSeconds?: number;
}

/** A refusal that whoever asked is told as it is: the message says what is wrong, where, and what to do. */
export class DomainError extends Error {
  override name = 'DomainError';
  readonly code: DomainErrorCode;
  readonly retryAfterSeconds: number | undefined;
  constructor(code: DomainErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The error for an account, user or organization, that is not there. */
export function noSuchAccount(name: string): DomainError {
  return new DomainError('NO_SUCH_ACCOUNT', `there is no account "${name}"`);
}

/** The error for a repository that is not there, or that the caller may not see. */
export function noSuchRepository(namespace: string, name: string): DomainError {
  return new DomainError('NO_SUCH_REPOSITORY', `there is no repository ${namespace}/${name}`);
}
