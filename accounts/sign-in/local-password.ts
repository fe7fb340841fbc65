import type pg from 'pg';
import { type TokenHolder, tokenHolderColumns } from '../token-holder.ts';
import type { Turn } from './password-queue.ts';
import { verifyPassword } from './passwords.ts';

/**
 * The active user who has this name and password. Undefined where either is wrong; which one cannot be told from the time
 * it takes.
 */
export async function checkLocalPassword(
  pool: pg.Pool,
  name: string,
  password: string,
  turn?: Turn,
): Promise<TokenHolder | undefined> {
  const { rows } = await pool.query<TokenHolder & { passwordHash: string | null }>(
    `SELECT ${tokenHolderColumns}, a.password_hash AS "passwordHash" FROM accounts.accounts a
     WHERE a.name = $1 AND a.is_active AND NOT a.is_org`,
    [name],
  );
  const [row] = rows;
  const isRight = await verifyPassword(password, row?.passwordHash ?? undefined, turn);
  if (!row || !isRight) return undefined;
  const { id, isAdmin, tokenGeneration } = row;
  return { id, name: row.name, isAdmin, tokenGeneration };
}
