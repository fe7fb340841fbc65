import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { lockLimit, readLimit } from '../../settings/limits.ts';
import { withTransaction } from '../../database/transaction.ts';
import { hashClientToken, makeClientToken } from '../client-secrets.ts';
import { type TokenHolder, tokenHolderColumns } from '../token-holder.ts';

const refreshTokenPattern = /^jrrt_[\w-]{43}$/;

/** Whose a token is, and what tokens that are got with it stand on. */
export interface TokenOwner {
  readonly account: TokenHolder;
  /** Of the token, and of the access tokens with which it, and each of those, was made. */
  readonly generations: readonly number[];
}

// An access token can be made with another one, and a refresh token be got with it: each ends with all those before it.
const findOwner = `WITH RECURSIVE line AS (
    SELECT t.* FROM accounts.client_tokens t WHERE t.token_hash = $1
    UNION ALL
    SELECT p.* FROM line JOIN accounts.client_tokens p ON p.token_hash = line.parent_hash)
  SELECT ${tokenHolderColumns}, (SELECT json_agg(line.token_generation) FROM line) AS generations
  FROM accounts.client_tokens t JOIN accounts.accounts a ON a.id = t.account_id
  WHERE t.token_hash = $1 AND a.is_active AND NOT a.is_org AND (SELECT bool_and(line.is_active) FROM line)`;

function toOwner(row: (TokenHolder & Pick<TokenOwner, 'generations'>) | undefined): TokenOwner | undefined {
  if (!row) return undefined;
  const { generations, ...account } = row;
  return { account, generations };
}

/** Whose access token this is, by its hash; undefined where it is none of the account of this name, or not active. */
export async function findAccessTokenOwner(q: Queryable, hash: string, name: string): Promise<TokenOwner | undefined> {
  const { rows } = await q.query<TokenHolder & Pick<TokenOwner, 'generations'>>({
    name: 'find-access-token',
    text: `${findOwner} AND t.generated_by = 'user' AND a.name = $2`,
    values: [hash, name],
  });
  return toOwner(rows[0]);
}

const refreshTokenIdleDays = 90;

/** What a refresh token is bound to. */
export interface RefreshTokenBinding {
  readonly accountID: string;
  readonly service: string;
  /** The hash of the access token by which the client signed in. */
  readonly accessTokenHash?: string | undefined;
  readonly clientID: string;
  readonly creatorUa: string;
}

/**
 * Makes a refresh token, in the caller's transaction. Those of the account that were not used for long go, and the oldest
 * where it has as many as it may.
 */
export async function insertRefreshToken(tx: Queryable, binding: RefreshTokenBinding): Promise<string> {
  const { accountID, service, accessTokenHash, clientID, creatorUa } = binding;
  const token = makeClientToken('jrrt');
  // Others of the account come one after the other: each has to see what the last one has made.
  await lockLimit(tx, { limit: 'maxRefreshTokensPerAccount', place: accountID });
  await tx.query(
    `WITH expired AS (
       DELETE FROM accounts.client_tokens WHERE token_hash IN (
         SELECT token_hash FROM (
           SELECT token_hash, coalesce(last_used_at, created_at) AS used_at,
             row_number() OVER (ORDER BY coalesce(last_used_at, created_at) DESC) AS position
           FROM accounts.client_tokens WHERE account_id = $2 AND generated_by = 'auto'
         ) t WHERE position >= $7 OR used_at < now() - $8 * interval '1 day'))
     INSERT INTO accounts.client_tokens (token_hash, account_id, generated_by, service, parent_hash, label, creator_ua)
     VALUES ($1, $2, 'auto', $3, $4, $5, $6)`,
    [
      hashClientToken(token),
      accountID,
      service,
      accessTokenHash ?? null,
      clientID,
      creatorUa,
      await readLimit(tx, 'maxRefreshTokensPerAccount'),
      refreshTokenIdleDays,
    ],
  );
  return token;
}

/**
 * Whose refresh token this is; undefined where it is none, is bound to another service, has not been used for long, or was
 * ended.
 */
export async function findRefreshTokenOwner(
  q: Queryable,
  token: string,
  service: string,
): Promise<TokenOwner | undefined> {
  if (!refreshTokenPattern.test(token)) return undefined;
  const { rows } = await q.query<TokenHolder & Pick<TokenOwner, 'generations'>>({
    name: 'find-refresh-token',
    text: `${findOwner} AND t.generated_by = 'auto' AND t.service = $2
           AND coalesce(t.last_used_at, t.created_at) > now() - $3 * interval '1 day'`,
    values: [hashClientToken(token), service, refreshTokenIdleDays],
  });
  return toOwner(rows[0]);
}

/** Writes when tokens and secrets of robots were last used, by their hashes. */
export async function markTokensUsed(pool: pg.Pool, used: ReadonlyMap<string, Date>): Promise<void> {
  // Processes that write the same rows at once may wait for each other in a circle, which the transaction tries again.
  await withTransaction(pool, (tx) =>
    tx.query(
      `WITH used AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS u (hash, used_at)),
         of_robots AS (
           UPDATE accounts.robots b SET last_used_at = greatest(b.last_used_at, used.used_at)
           FROM used WHERE b.secret_hash = used.hash)
       UPDATE accounts.client_tokens t SET last_used_at = greatest(t.last_used_at, used.used_at)
       FROM used WHERE t.token_hash = used.hash`,
      [[...used.keys()], [...used.values()]],
    ),
  );
}
