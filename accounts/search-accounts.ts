import type { Queryable } from '../database/pool.ts';
import { type AccountRow, accountJson } from './account-store.ts';

/** Accounts whose name begins so, by name. */
export async function searchAccounts(
  q: Queryable,
  { text, limit }: { readonly text: string; readonly limit: number },
): Promise<AccountRow[]> {
  const { rows } = await q.query<{ account: AccountRow }>(
    `SELECT ${accountJson} AS account FROM accounts.accounts a
     WHERE a.name >= $1 AND starts_with(a.name, $1) ORDER BY a.name LIMIT $2`,
    [text.toLowerCase(), limit],
  );
  return rows.map(({ account }) => account);
}
