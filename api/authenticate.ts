import type { IncomingHttpHeaders } from 'node:http';
import type pg from 'pg';
import { findActiveAccount, signIn, type Account } from './enzi/accounts.ts';
import { ApiError } from './errors.ts';
import { TokenRejectedError, type TokenClaims } from './garant/tokens.ts';

export interface AuthenticateDeps {
  readonly pool: pg.Pool;
  readonly verifyToken: (token: string) => Promise<TokenClaims>;
}

/**
 * Who sends a request: by `Authorization: Basic` with a password, or `Bearer` with a token of `/auth/token`.
 *
 * @returns undefined where the request names nobody
 * @throws ApiError NOT_AUTHENTICATED where it names somebody and the proof is wrong
 */
export async function authenticate(
  { pool, verifyToken }: AuthenticateDeps,
  headers: IncomingHttpHeaders,
): Promise<Account | undefined> {
  const header = headers.authorization;
  if (header === undefined) return undefined;
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(header.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic': {
      const text = Buffer.from(value, 'base64').toString('utf8');
      const colon = text.indexOf(':');
      const account = colon < 0 ? undefined : await signIn(pool, text.slice(0, colon), text.slice(colon + 1));
      if (!account) throw new ApiError('NOT_AUTHENTICATED', 'user name or password is wrong');
      return account;
    }
    case 'bearer': {
      const claims = await verifyToken(value).catch((error: unknown) => {
        if (!(error instanceof TokenRejectedError)) throw error;
        throw new ApiError('NOT_AUTHENTICATED', `the token is not valid: ${error.message}`, { cause: error });
      });
      if (claims.subject === '') return undefined;
      const account = await findActiveAccount(pool, claims.subject);
      if (!account) throw new ApiError('NOT_AUTHENTICATED', 'the account of this token is no longer active');
      return account;
    }
    default:
      throw new ApiError('NOT_AUTHENTICATED', 'the Authorization header must be Basic or Bearer');
  }
}
