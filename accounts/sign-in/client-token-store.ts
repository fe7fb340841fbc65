import type { Queryable } from '../../database/pool.ts';
import { assertWithinLimit } from '../../settings/limits.ts';
import { hashClientToken, makeClientToken } from '../client-secrets.ts';

/** Who has made a token. */
export const tokenMakers = ['user', 'auto'] as const;

/** A token that stands in place of a password. Only its hash is stored. */
export interface ClientTokenRow {
  /** SHA-256 in hex. */
  readonly hash: string;
  readonly accountID: string;
  /** `user`: an access token; `auto`: the refresh token of a client that signed in. */
  readonly generatedBy: (typeof tokenMakers)[number];
  readonly label: string;
  readonly creatorUa: string;
  readonly isActive: boolean;
  readonly createdAt: Date;
  /** Null: never. */
  readonly lastUsed: Date | null;
}

const columns = `token_hash AS hash, account_id AS "accountID", generated_by AS "generatedBy", label,
  creator_ua AS "creatorUa", is_active AS "isActive", created_at AS "createdAt", last_used_at AS "lastUsed"`;

/** An access token to be made. */
export interface NewAccessToken extends Pick<ClientTokenRow, 'accountID' | 'label' | 'creatorUa'> {
  /** The hash of the access token with which it is made, and with which it ends; undefined: it is made with none. */
  readonly parentHash: string | undefined;
}

/**
 * Makes an access token, in the caller's transaction. It is shown this once.
 *
 * @param owner the name of its account
 * @throws LimitReachedError
 */
export async function insertAccessToken(
  tx: Queryable,
  { accountID, label, creatorUa, parentHash }: NewAccessToken,
  owner: string,
): Promise<{ readonly token: string; readonly row: ClientTokenRow }> {
  const token = makeClientToken('jrat');
  const { rows } = await tx.query<ClientTokenRow>(
    `INSERT INTO accounts.client_tokens (token_hash, account_id, generated_by, label, creator_ua, parent_hash)
     VALUES ($1, $2, 'user', $3, $4, $5) RETURNING ${columns}`,
    [hashClientToken(token), accountID, label, creatorUa, parentHash ?? null],
  );
  const row = rows[0];
  if (!row) throw new Error('the access token was not inserted');
  await assertWithinLimit(tx, {
    limit: 'maxAccessTokensPerAccount',
    place: owner,
    things: `SELECT FROM accounts.client_tokens WHERE account_id = $1 AND generated_by = 'user'`,
    values: [accountID],
  });
  return { token, row };
}

/** Which tokens are meant. */
export interface ClientTokenFilter {
  /** Undefined: those of every account. */
  readonly accountID?: string | undefined;
}

/** A page of tokens, the oldest first, from that of the hash `pageStart` on; empty where there is no such token. */
export async function listClientTokens(
  q: Queryable,
  { accountID }: ClientTokenFilter,
  page: { readonly pageStart?: string | undefined; readonly pageSize: number },
): Promise<ClientTokenRow[]> {
  const { rows } = await q.query<ClientTokenRow>(
    `SELECT ${columns} FROM accounts.client_tokens
     WHERE ($1::uuid IS NULL OR account_id = $1)
       AND ($2::text IS NULL OR (created_at, token_hash) >= (
         SELECT created_at, token_hash FROM accounts.client_tokens WHERE token_hash = $2))
     ORDER BY created_at, token_hash LIMIT $3`,
    [accountID ?? null, page.pageStart ?? null, page.pageSize],
  );
  return rows;
}

/** How many tokens there are. */
export async function countClientTokens(q: Queryable, { accountID }: ClientTokenFilter): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    'SELECT count(*) AS count FROM accounts.client_tokens WHERE $1::uuid IS NULL OR account_id = $1',
    [accountID ?? null],
  );
  return rows[0]?.count ?? 0;
}

/** The token of this hash, if it is one of the account; undefined account: of whomever. */
export async function findClientToken(
  q: Queryable,
  hash: string,
  { accountID }: ClientTokenFilter,
): Promise<ClientTokenRow | undefined> {
  const { rows } = await q.query<ClientTokenRow>(
    `SELECT ${columns} FROM accounts.client_tokens WHERE token_hash = $1 AND ($2::uuid IS NULL OR account_id = $2)`,
    [hash, accountID ?? null],
  );
  return rows[0];
}

/** The access token of this generation; undefined where there is none. */
export async function findByGeneration(q: Queryable, generation: number): Promise<ClientTokenRow | undefined> {
  const { rows } = await q.query<ClientTokenRow>(
    `SELECT ${columns} FROM accounts.client_tokens WHERE token_generation = $1 AND generated_by = 'user'`,
    [generation],
  );
  return rows[0];
}

/** Changes label or state of a token; what is undefined stays. Gives the token, if it is one of the account. */
export async function updateClientToken(
  q: Queryable,
  hash: string,
  { accountID }: ClientTokenFilter,
  change: { readonly label?: string | undefined; readonly isActive?: boolean | undefined },
): Promise<ClientTokenRow | undefined> {
  const { rows } = await q.query<ClientTokenRow>(
    `UPDATE accounts.client_tokens SET label = coalesce($3, label), is_active = coalesce($4, is_active)
     WHERE token_hash = $1 AND ($2::uuid IS NULL OR account_id = $2) RETURNING ${columns}`,
    [hash, accountID ?? null, change.label ?? null, change.isActive ?? null],
  );
  return rows[0];
}

/** Switches the access tokens of an account off; they can be switched on again. Gives how many there were. */
export async function deactivateAccessTokens(q: Queryable, accountID: string): Promise<number> {
  const { rowCount } = await q.query(
    `UPDATE accounts.client_tokens SET is_active = false
     WHERE account_id = $1 AND generated_by = 'user' AND is_active`,
    [accountID],
  );
  return rowCount ?? 0;
}

/** Deletes a token, and those that were made with it. Gives the token, if it was one of the account. */
export async function deleteClientToken(
  q: Queryable,
  hash: string,
  { accountID }: ClientTokenFilter,
): Promise<ClientTokenRow | undefined> {
  const { rows } = await q.query<ClientTokenRow>(
    `DELETE FROM accounts.client_tokens WHERE token_hash = $1 AND ($2::uuid IS NULL OR account_id = $2)
     RETURNING ${columns}`,
    [hash, accountID ?? null],
  );
  return rows[0];
}

/** Deletes all tokens that were made in one way and not used since a time. Gives how many they were. */
export async function deleteClientTokens(
  q: Queryable,
  { accountID }: ClientTokenFilter,
  {
    generatedBy,
    usedBefore,
  }: { readonly generatedBy: ClientTokenRow['generatedBy']; readonly usedBefore?: Date | undefined },
): Promise<number> {
  const { rowCount } = await q.query(
    `DELETE FROM accounts.client_tokens
     WHERE ($1::uuid IS NULL OR account_id = $1) AND generated_by = $2
       AND ($3::timestamptz IS NULL OR coalesce(last_used_at, created_at) < $3)`,
    [accountID ?? null, generatedBy, usedBefore ?? null],
  );
  return rowCount ?? 0;
}
