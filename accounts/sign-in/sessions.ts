import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import type { Actor } from '../../events/actor.ts';
import { type AuditEvent, recordAudit } from '../../events/audit.ts';
import { readSettings } from '../../settings/settings.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { hashClientToken } from '../client-secrets.ts';
import { createCookie } from './cookies.ts';
import { assertOwnPage, csrfTokenOf } from './csrf.ts';
import type { RequestHead } from './request-head.ts';
import {
  deleteSessionOf,
  type EndedSession,
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
   * @param address where the request came from
   * @throws DomainError NOT_AUTHENTICATED where the account was made inactive meanwhile, or got another password
   */
  readonly begin: (account: SignedInAccount, request: RequestHead, address: string) => Promise<BegunSession>;
  /**
   * The session that a request names by its cookie; undefined where it names none.
   *
   * @throws DomainError NOT_AUTHENTICATED where it has ended; CROSS_SITE_REQUEST or INVALID_CSRF_TOKEN where the request
   *   could change something, and is not known to come from a page of this server
   */
  readonly find: (request: RequestHead) => Promise<ActiveSession | undefined>;
  /**
   * Ends the session that a request names, if any.
   *
   * @param address where the request came from
   */
  readonly end: (request: RequestHead, address: string) => Promise<void>;
  /** The header that takes the cookie from a browser. */
  readonly clearCookie: string;
}

export interface SessionsDeps extends SessionLimits {
  readonly pool: pg.Pool;
  readonly publicUrl: string;
}

const maxUserAgentLength = 255;

/** Makes what begins, finds and ends the sessions of browsers. */
export function createSessions({ pool, publicUrl, ...limits }: SessionsDeps): Sessions {
  const cookie = createCookie('jobrunner-session', publicUrl);

  function sessionEvent(
    kind: 'SESSION_CREATE' | 'SESSION_DELETE',
    { id, account }: EndedSession,
    address: string,
  ): AuditEvent {
    const actor: Actor = { ...account, type: 'user', address };
    return { kind, actor, object: { id, name: account.name }, namespace: account.name };
  }

  async function end(tx: Queryable, request: RequestHead, address: string): Promise<void> {
    const token = cookie.read(request.headers);
    const ended = token === undefined ? undefined : await deleteSessionOf(tx, hashClientToken(token));
    if (ended) await recordAudit(tx, sessionEvent('SESSION_DELETE', ended, address));
  }

  return {
    begin: async ({ account, by, passwordHash }, request, address) => {
      const token = randomBytes(32).toString('base64url');
      const begun = {
        account,
        passwordHash,
        tokenHash: hashClientToken(token),
        address,
        userAgent: (request.headers['user-agent'] ?? '').slice(0, maxUserAgentLength),
      };
      return withTransaction(pool, async (tx) => {
        await end(tx, request, address);
        const session = await insertSession(tx, begun, limits);
        if (!session) {
          throw new DomainError('NOT_AUTHENTICATED', 'account or password were changed just now: sign in again');
        }
        await recordAudit(tx, { ...sessionEvent('SESSION_CREATE', { ...session, account }, address), details: { by } });
        const { disablePersistentCookies } = await readSettings(tx);
        const setCookie = cookie.set(token, disablePersistentCookies ? undefined : limits.limitMs);
        return { session, csrfToken: csrfTokenOf(token), setCookie };
      });
    },
    find: async (request) => {
      const token = cookie.read(request.headers);
      if (token === undefined || token === '') return undefined;
      const found = await useSession(pool, hashClientToken(token), limits);
      if (!found) throw new DomainError('NOT_AUTHENTICATED', 'the session has ended: sign in again');
      assertOwnPage(request, publicUrl, token);
      return { ...found, csrfToken: csrfTokenOf(token) };
    },
    end: (request, address) => withTransaction(pool, (tx) => end(tx, request, address)),
    clearCookie: cookie.clear,
  };
}
