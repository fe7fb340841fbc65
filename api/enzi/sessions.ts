import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { ApiError } from '../errors.ts';
import { hashClientToken } from '../garant/client-tokens.ts';
import { createCookie } from './cookies.ts';
import { assertOwnPage, csrfTokenOf } from './csrf.ts';
import {
  deleteSessionOf,
  type FoundSession,
  insertSession,
  type SessionLimits,
  type SessionRow,
  type SignedInAccount,
  useSession,
} from './session-store.ts';

/** The session of a request. */
export interface ActiveSession extends FoundSession {
  /** What pages send in `X-CSRF-Token`. */
  readonly csrfToken: string;
}

/** A session that was just begun. */
export interface BegunSession {
  readonly session: SessionRow;
  readonly csrfToken: string;
  /** The header that gives the browser its cookie. */
  readonly setCookie: string;
}

/** Sessions of browsers. They are rows, so every process knows those of all. */
export interface Sessions {
  /**
   * Begins a session of an account that has just signed in. The one that the browser had ends.
   *
   * @throws ApiError NOT_AUTHENTICATED where the account was made inactive meanwhile, or got another password
   */
  readonly begin: (account: SignedInAccount, request: IncomingMessage) => Promise<BegunSession>;
  /**
   * The session that a request names by its cookie; undefined where it names none.
   *
   * @throws ApiError NOT_AUTHENTICATED where it has ended; CROSS_SITE_REQUEST or INVALID_CSRF_TOKEN where the request
   *   could change something, and is not known to come from a page of this server
   */
  readonly find: (request: IncomingMessage) => Promise<ActiveSession | undefined>;
  /** Ends the session that a request names, if any. */
  readonly end: (request: IncomingMessage) => Promise<void>;
  /** The header that takes the cookie from a browser. */
  readonly clearCookie: string;
}

export interface SessionsDeps extends SessionLimits {
  readonly pool: pg.Pool;
  readonly publicUrl: string;
  readonly clientAddress: (request: IncomingMessage) => string;
}

const maxUserAgentLength = 255;

/** Makes what begins, finds and ends the sessions of browsers. */
export function createSessions({ pool, publicUrl, clientAddress, ...limits }: SessionsDeps): Sessions {
  const cookie = createCookie('jobrunner-session', publicUrl);

  async function end({ headers }: IncomingMessage): Promise<void> {
    const token = cookie.read(headers);
    if (token !== undefined) await deleteSessionOf(pool, hashClientToken(token));
  }

  return {
    begin: async (account, request) => {
      await end(request);
      const token = randomBytes(32).toString('base64url');
      const begun = {
        ...account,
        tokenHash: hashClientToken(token),
        address: clientAddress(request),
        userAgent: (request.headers['user-agent'] ?? '').slice(0, maxUserAgentLength),
      };
      // Two at once may delete the same oldest ones, and wait for each other.
      const session = await withTransaction(pool, (tx) => insertSession(tx, begun, limits));
      if (!session) throw new ApiError('NOT_AUTHENTICATED', 'account or password were changed just now: sign in again');
      return { session, csrfToken: csrfTokenOf(token), setCookie: cookie.set(token, limits.limitMs) };
    },
    find: async (request) => {
      const token = cookie.read(request.headers);
      if (token === undefined || token === '') return undefined;
      const found = await useSession(pool, hashClientToken(token), limits);
      if (!found) throw new ApiError('NOT_AUTHENTICATED', 'the session has ended: sign in again');
      assertOwnPage(request, publicUrl, token);
      return { ...found, csrfToken: csrfTokenOf(token) };
    },
    end,
    clearCookie: cookie.clear,
  };
}
