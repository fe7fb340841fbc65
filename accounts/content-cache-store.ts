import type { Queryable } from '../database/pool.ts';
import { sqlState } from '../database/transaction.ts';
import { assertWithinLimit } from '../settings/limits.ts';

/** A content cache as the API shows it (DTR 2.7 API, responses.ContentCache). */
export interface ContentCacheRow {
  readonly id: string;
  readonly name: string;
  readonly host: string;
}

/** A page of content caches, the oldest first, from the one of the id `pageStart` on; empty where it is gone. */
export async function listContentCaches(
  q: Queryable,
  page: { readonly pageStart?: string | undefined; readonly pageSize: number },
): Promise<ContentCacheRow[]> {
  const { rows } = await q.query<ContentCacheRow>(
    `SELECT id, name, host FROM accounts.content_caches
     WHERE $1::uuid IS NULL OR (created_at, id) >= (SELECT created_at, id FROM accounts.content_caches WHERE id = $1)
     ORDER BY created_at, id LIMIT $2`,
    [page.pageStart ?? null, page.pageSize],
  );
  return rows;
}

/** How many content caches there are. */
export async function countContentCaches(q: Queryable): Promise<number> {
  const { rows } = await q.query<{ count: number }>('SELECT count(*) AS count FROM accounts.content_caches');
  return rows[0]?.count ?? 0;
}

/** One content cache, or undefined. */
export async function findContentCache(q: Queryable, id: string): Promise<ContentCacheRow | undefined> {
  const { rows } = await q.query<ContentCacheRow>('SELECT id, name, host FROM accounts.content_caches WHERE id = $1', [
    id,
  ]);
  return rows[0];
}

/**
 * Registers a content cache, in the caller's transaction.
 *
 * @throws LimitReachedError
 */
export async function insertContentCache(
  tx: Queryable,
  { name, host }: Omit<ContentCacheRow, 'id'>,
): Promise<ContentCacheRow> {
  const { rows } = await tx.query<ContentCacheRow>(
    'INSERT INTO accounts.content_caches (name, host) VALUES ($1, $2) RETURNING id, name, host',
    [name, host],
  );
  if (!rows[0]) throw new Error('the content cache was not inserted');
  const things = 'SELECT FROM accounts.content_caches';
  await assertWithinLimit(tx, { limit: 'maxContentCaches', place: '', things, values: [] });
  return rows[0];
}

/** Deletes a content cache; users who had chosen it have none. Gives the one that it was, or undefined. */
export async function deleteContentCache(q: Queryable, id: string): Promise<ContentCacheRow | undefined> {
  const { rows } = await q.query<ContentCacheRow>(
    'DELETE FROM accounts.content_caches WHERE id = $1 RETURNING id, name, host',
    [id],
  );
  return rows[0];
}

/** The id of the content cache that a user has chosen; empty: none. */
export async function findUserCache(q: Queryable, accountId: string): Promise<string> {
  const { rows } = await q.query<{ id: string | null }>(
    'SELECT content_cache_id AS id FROM accounts.user_settings WHERE account_id = $1',
    [accountId],
  );
  return rows[0]?.id ?? '';
}

const foreignKeyViolation = '23503';

/** Chooses a content cache for a user; null: none. Gives whether there is such a cache; if not, the transaction is over. */
export async function saveUserCache(tx: Queryable, accountId: string, cacheId: string | null): Promise<boolean> {
  try {
    await tx.query(
      `INSERT INTO accounts.user_settings (account_id, content_cache_id) VALUES ($1, $2)
       ON CONFLICT (account_id) DO UPDATE SET content_cache_id = excluded.content_cache_id`,
      [accountId, cacheId],
    );
    return true;
  } catch (error) {
    if (sqlState(error) === foreignKeyViolation) return false;
    throw error;
  }
}
