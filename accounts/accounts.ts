import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Queryable } from '../database/pool.ts';
import { withTransaction } from '../database/transaction.ts';
import { systemActor } from '../events/actor.ts';
import { recordAudit } from '../events/audit.ts';
import type { RobotRights } from './policy/robot-rights.ts';
import { deactivateAccessTokens } from './sign-in/client-token-store.ts';
import { accountEvent } from './account-events.ts';
import type { Turn } from './sign-in/password-queue.ts';
import { type TokenHolder, tokenHolderColumns } from './token-holder.ts';
import { hashPassword, verifyPassword } from './sign-in/passwords.ts';

/** Somebody who has signed in. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly isAdmin: boolean;
  /** Of a robot: the one thing that gives it rights, for it is nobody's member and never an administrator. */
  readonly robot?: RobotRights;
}

interface AccountRow extends TokenHolder {
  readonly passwordHash: string | null;
}

/** The active account of this name, or undefined. */
export async function findActiveAccount(q: Queryable, name: string): Promise<TokenHolder | undefined> {
  const row = await findRow(q, name);
  return row && toHolder(row);
}

/** The active user of this id, or undefined. */
export async function findActiveAccountById(q: Queryable, id: string): Promise<TokenHolder | undefined> {
  const { rows } = await q.query<TokenHolder>(
    `SELECT ${tokenHolderColumns} FROM accounts.accounts a WHERE a.id = $1 AND a.is_active AND NOT a.is_org`,
    [id],
  );
  return rows[0];
}

async function findRow(q: Queryable, name: string): Promise<AccountRow | undefined> {
  const { rows } = await q.query<AccountRow>(
    `SELECT ${tokenHolderColumns}, a.password_hash AS "passwordHash" FROM accounts.accounts a
     WHERE a.name = $1 AND a.is_active AND NOT a.is_org`,
    [name],
  );
  return rows[0];
}

function toHolder({ id, name, isAdmin, tokenGeneration }: AccountRow): TokenHolder {
  return { id, name, isAdmin, tokenGeneration };
}

/** Whether there is an account, user or organization, whose name repositories may begin with. */
export async function namespaceExists(q: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await q.query('SELECT FROM accounts.accounts WHERE name = $1', [name]);
  return rowCount === 1;
}

/** Signs in with name and password. Undefined where either is wrong; which one cannot be told from the time it takes. */
export async function signIn(
  pool: pg.Pool,
  name: string,
  password: string,
  turn?: Turn,
): Promise<TokenHolder | undefined> {
  const row = await findRow(pool, name);
  const isRight = await verifyPassword(password, row?.passwordHash ?? undefined, turn);
  return row && isRight ? toHolder(row) : undefined;
}

/** The name of the first system administrator. */
export const firstAdminName = 'admin';

/**
 * Makes the first system administrator, if there is no account yet.
 *
 * @param password undefined: one is made up
 * @returns the password that was made up, to be shown this once; undefined where none was
 */
export async function ensureFirstAdmin(pool: pg.Pool, password: string | undefined): Promise<string | undefined> {
  const { rowCount } = await pool.query('SELECT FROM accounts.accounts LIMIT 1');
  if (rowCount) return undefined;
  const made = password === undefined ? makePassword() : undefined;
  const passwordHash = await hashPassword(made ?? password ?? '');
  return withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ id: string; name: string }>(
      `INSERT INTO accounts.accounts (name, full_name, is_admin, password_hash) VALUES ($1, 'Administrator', true, $2)
       ON CONFLICT (name) DO NOTHING RETURNING id, name`,
      [firstAdminName, passwordHash],
    );
    if (!rows[0]) return undefined;
    const details = { isOrg: false, isAdmin: true, isActive: true };
    await recordAudit(tx, {
      ...accountEvent('ACCOUNT_CREATE', rows[0], details),
      actor: systemActor('first start'),
    });
    return made;
  });
}

/**
 * Gives the system administrator `admin` a new password, for whoever has the machine and no password. The account is made
 * where it is gone, and is local, active and a system administrator after it. What was signed in under the old password
 * ends, as with any change of it, and so do its access tokens.
 *
 * @returns the password, to be shown this once
 * @throws Error where the name is that of an organization
 */
export async function resetFirstAdmin(pool: pg.Pool): Promise<string> {
  const password = makePassword();
  const passwordHash = await hashPassword(password);
  await withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      `INSERT INTO accounts.accounts (name, full_name, is_admin, password_hash) VALUES ($1, 'Administrator', true, $2)
       ON CONFLICT (name) DO UPDATE SET password_hash = $2, is_admin = true, is_active = true, is_imported = false
         WHERE NOT accounts.is_org
       RETURNING id`,
      [firstAdminName, passwordHash],
    );
    const [account] = rows;
    if (!account) throw new Error(`"${firstAdminName}" is an organization, which has no password`);
    await deactivateAccessTokens(tx, account.id);
    await recordAudit(tx, {
      kind: 'PASSWORD_CHANGE',
      actor: systemActor(''),
      object: { id: account.id, name: firstAdminName },
      namespace: firstAdminName,
      details: { isReset: true },
    });
  });
  return password;
}

function makePassword(): string {
  return randomBytes(15).toString('base64url');
}
