import type { Queryable } from '../../database/pool.ts';
import { lockLimit, readLimit } from '../../settings/limits.ts';
import type { Account } from '../accounts.ts';
import type { ListPage } from '../../database/list-page.ts';

/** A session, as the API shows it. */
export interface SessionRow {
  readonly id: string;
  readonly createdAt: Date;
  /** To within a minute. */
  readonly lastUsedAt: Date;
  /** When it ends if it is not used until then. */
  readonly expiresAt: Date;
  /** Where it was begun. */
  readonly address: string;
  readonly userAgent: string;
}

/** For how long sessions last. */
export interface SessionLimits {
  /** Without being used. */
  readonly idleLimitMs: number;
  /** In all. */
  readonly limitMs: number;
}

const columns = `s.id, s.created_at AS "createdAt", s.last_used_at AS "lastUsedAt", s.expires_at AS "expiresAt",
  s.address, s.user_agent AS "userAgent"`;

/** Somebody who has just signed in. */
export interface SignedInAccount {
  readonly account: Pick<Account, 'id' | 'name'>;
  /** What vouches for it. */
  readonly by: 'password' | 'oidc';
  /** The hash by which the password was checked; undefined where it was none. */
  readonly passwordHash: string | undefined;
}

/**
 * Begins a session of an account, in the caller's transaction; the oldest ends where it has as many as it may. Undefined where the account is not active, or its
 * password was changed since it was checked.
 */
export async function insertSession(
  tx: Queryable,
  session: Omit<SignedInAccount, 'by'> & { readonly tokenHash: string } & Pick<SessionRow, 'address' | 'userAgent'>,
  { idleLimitMs, limitMs }: SessionLimits,
): Promise<SessionRow | undefined> {
  // Others of the account come one after the other: each has to see what the last one has made.
  await lockLimit(tx, { limit: 'maxSessionsPerAccount', place: session.account.id });
  const max = await readLimit(tx, 'maxSessionsPerAccount');
  // The account is locked against changes, which end the sessions that they can see.
  const { rows } = await tx.query<SessionRow>(
    `WITH account AS (
       SELECT id FROM accounts.accounts WHERE id = $2 AND is_active AND NOT is_org
         AND password_hash IS NOT DISTINCT FROM $8 FOR SHARE
     ), superfluous AS (
       DELETE FROM accounts.sessions WHERE id IN (
         SELECT id FROM accounts.sessions WHERE account_id = $2 ORDER BY created_at DESC OFFSET $7)
     )
     INSERT INTO accounts.sessions AS s (token_hash, account_id, address, user_agent, expires_at)
     SELECT $1, id, $3, $4, now() + least($5::float8, $6::float8) * interval '1 ms' FROM account
     RETURNING ${columns}`,
    [
      session.tokenHash,
      session.account.id,
      session.address,
      session.userAgent,
      idleLimitMs,
      limitMs,
      max - 1,
      session.passwordHash,
    ],
  );
  return rows[0];
}

/** A session that lasts, and whose it is. */
export interface FoundSession {
  readonly account: Account;
  readonly session: SessionRow;
}

/**
 * The session of this hash and its account, which is active; undefined where it has ended. Looking it up uses it, which
 * is written once in a while.
 */
export async function useSession(
  q: Queryable,
  tokenHash: string,
  { idleLimitMs, limitMs }: SessionLimits,
): Promise<FoundSession | undefined> {
  const { rows } = await q.query<SessionRow & { account: Account; isDue: boolean }>({
    name: 'find-session',
    text: `SELECT ${columns}, s.last_used_at < now() - $2 * interval '1 ms' AS "isDue",
             json_build_object('id', a.id, 'name', a.name, 'isAdmin', a.is_admin) AS account
           FROM accounts.sessions s JOIN accounts.accounts a ON a.id = s.account_id
           WHERE s.token_hash = $1 AND s.expires_at > now() AND a.is_active AND NOT a.is_org`,
    values: [tokenHash, Math.min(maxUnwrittenMs, idleLimitMs / 10)],
  });
  if (!rows[0]) return undefined;
  const { account, isDue, ...session } = rows[0];
  if (!isDue) return { account, session };
  const used = await q.query<SessionRow>(
    `UPDATE accounts.sessions s SET last_used_at = now(),
       expires_at = least(s.created_at + $3 * interval '1 ms', now() + $2 * interval '1 ms')
     WHERE s.token_hash = $1 AND s.expires_at > now() RETURNING ${columns}`,
    [tokenHash, idleLimitMs, limitMs],
  );
  return used.rows[0] && { account, session: used.rows[0] };
}

const maxUnwrittenMs = 60_000;

/** The sessions of an account that last, the newest first, from the one of the id `start` on. */
export async function listSessions(q: Queryable, accountId: string, { start, limit }: ListPage): Promise<SessionRow[]> {
  const { rows } = await q.query<SessionRow>(
    `SELECT ${columns} FROM accounts.sessions s WHERE s.account_id = $1 AND s.expires_at > now()
       AND ($2::uuid IS NULL OR (s.created_at, s.id) <= (
         SELECT f.created_at, f.id FROM accounts.sessions f WHERE f.id = $2 AND f.account_id = $1))
     ORDER BY s.created_at DESC, s.id DESC LIMIT $3`,
    [accountId, start || null, limit],
  );
  return rows;
}

/** Ends one session of an account. Gives whether there was one. */
export async function deleteSession(q: Queryable, accountId: string, id: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM accounts.sessions WHERE account_id = $1 AND id = $2', [
    accountId,
    id,
  ]);
  return rowCount === 1;
}

/** A session that has ended, and whose it was. */
export interface EndedSession {
  readonly id: string;
  readonly account: Pick<Account, 'id' | 'name'>;
}

/** Ends the session of this hash. Undefined where there is none. */
export async function deleteSessionOf(q: Queryable, tokenHash: string): Promise<EndedSession | undefined> {
  const { rows } = await q.query<EndedSession>(
    `DELETE FROM accounts.sessions s USING accounts.accounts a WHERE s.token_hash = $1 AND a.id = s.account_id
     RETURNING s.id, json_build_object('id', a.id, 'name', a.name) AS account`,
    [tokenHash],
  );
  return rows[0];
}

/** Deletes sessions that have expired, `limit` at the most. Gives how many it were. */
export async function deleteExpiredSessions(q: Queryable, limit: number): Promise<number> {
  const { rowCount } = await q.query(
    `DELETE FROM accounts.sessions WHERE id IN (
       SELECT id FROM accounts.sessions WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [limit],
  );
  return rowCount ?? 0;
}
