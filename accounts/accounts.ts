import type { Queryable } from '../database/pool.ts';
import type { RobotRights } from './policy/robot-rights.ts';
import { type TokenHolder, tokenHolderColumns } from './token-holder.ts';

/** Somebody who has signed in. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly isAdmin: boolean;
  /** Of a robot: the one thing that gives it rights, for it is nobody's member and never an administrator. */
  readonly robot?: RobotRights;
}

/** The active account of this name, or undefined. */
export async function findActiveAccount(q: Queryable, name: string): Promise<TokenHolder | undefined> {
  const { rows } = await q.query<TokenHolder>(
    `SELECT ${tokenHolderColumns} FROM accounts.accounts a WHERE a.name = $1 AND a.is_active AND NOT a.is_org`,
    [name],
  );
  return rows[0];
}

/** The active user of this id, or undefined. */
export async function findActiveAccountById(q: Queryable, id: string): Promise<TokenHolder | undefined> {
  const { rows } = await q.query<TokenHolder>(
    `SELECT ${tokenHolderColumns} FROM accounts.accounts a WHERE a.id = $1 AND a.is_active AND NOT a.is_org`,
    [id],
  );
  return rows[0];
}

/** Whether there is an account, user or organization, whose name repositories may begin with. */
export async function namespaceExists(q: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await q.query('SELECT FROM accounts.accounts WHERE name = $1', [name]);
  return rowCount === 1;
}
