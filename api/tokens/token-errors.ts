import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../http/app.ts';
import type { DomainError, DomainErrorCode } from '../../errors/domain-error.ts';

/** Codes of the OCI distribution specification ("Error Codes"), and CNCF distribution's for what that leaves out. */
type RegistryErrorCode =
  'DENIED' | 'REQUEST_TIMEOUT' | 'TOOMANYREQUESTS' | 'UNAUTHORIZED' | 'UNAVAILABLE' | 'UNKNOWN' | 'UNSUPPORTED';

interface TokenError {
  readonly code: RegistryErrorCode;
  readonly message: string;
  readonly detail: null;
}

/**
 * Answers an error of `GET /auth/token` in the shape and with the codes of the registry, whose clients read it. A Docker
 * engine takes `UNAUTHORIZED`, `DENIED`, `UNSUPPORTED` and `TOOMANYREQUESTS` as final, and tries again for most of a
 * minute on every other code (moby, `retryOnError` of its `distribution` package).
 */
export function answerTokenError(
  error: FastifyError | DomainError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply.send({ errors: [toTokenError(error, request, reply)] });
}

/**
 * The same for `POST /auth/token`, where it is an answer for both kinds of clients: `error` and `error_description` (RFC
 * 6749, section 5.2) besides. Wrong credentials are 401, as Docker's own token server has it.
 */
export function answerOAuthError(
  error: FastifyError | DomainError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const described = toTokenError(error, request, reply);
  const isUnsupportedGrant = 'code' in error && error.code === 'UNSUPPORTED_GRANT_TYPE';
  void reply.send({
    error: isUnsupportedGrant ? 'unsupported_grant_type' : oauthCodes[described.code],
    error_description: described.message,
    errors: [described],
  });
}

function toTokenError(error: FastifyError | DomainError, request: FastifyRequest, reply: FastifyReply): TokenError {
  const { code, status, message } = describeError(error, request, reply);
  void reply.header('cache-control', 'no-store');
  return { code: registryCode(code, status), message, detail: null };
}

/** What cannot be told in the registry's words is final where the request is at fault, and may pass where the server is. */
function registryCode(code: DomainErrorCode, status: number): RegistryErrorCode {
  if (code === 'REQUEST_TIMEOUT') return code;
  if (code === 'CLIENT_CLOSED_REQUEST') return 'UNKNOWN';
  const known: Readonly<Record<number, RegistryErrorCode>> = {
    401: 'UNAUTHORIZED',
    403: 'DENIED',
    429: 'TOOMANYREQUESTS',
    503: 'UNAVAILABLE',
  };
  return known[status] ?? (status >= 500 ? 'UNKNOWN' : 'UNSUPPORTED');
}

const oauthCodes = {
  UNAUTHORIZED: 'invalid_grant',
  DENIED: 'invalid_request',
  REQUEST_TIMEOUT: 'invalid_request',
  UNSUPPORTED: 'invalid_request',
  TOOMANYREQUESTS: 'temporarily_unavailable',
  UNAVAILABLE: 'temporarily_unavailable',
  UNKNOWN: 'server_error',
} as const satisfies Record<RegistryErrorCode, string>;
