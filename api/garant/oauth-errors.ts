import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../app.ts';
import type { ApiError, ApiErrorCode } from '../errors.ts';

/**
 * Answers an error of `POST /auth/token` for both kinds of clients: `error` and `error_description` (RFC 6749, section
 * 5.2), and `errors`, which Docker's show to people. Wrong credentials are 401, as Docker's own token server has it.
 */
export function answerOAuthError(error: FastifyError | ApiError, request: FastifyRequest, reply: FastifyReply): void {
  const { code, status, message } = describeError(error, request, reply);
  void reply
    .header('cache-control', 'no-store')
    .send({ error: oauthCode(code, status), error_description: message, errors: [{ code, message }] });
}

function oauthCode(code: ApiErrorCode, status: number): string {
  if (code === 'NOT_AUTHENTICATED') return 'invalid_grant';
  if (code === 'UNSUPPORTED_GRANT_TYPE') return 'unsupported_grant_type';
  if (status === 429 || status === 503) return 'temporarily_unavailable';
  return status >= 500 ? 'server_error' : 'invalid_request';
}
