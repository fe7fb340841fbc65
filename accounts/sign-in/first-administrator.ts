import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { systemActor } from '../../events/actor.ts';
import { recordAudit } from '../../events/audit.ts';
import { accountEvent } from '../account-events.ts';
import { deactivateAccessTokens } from './client-token-store.ts';
import { hashPassword } from './passwords.ts';

/** The name of the first system administrator. */
const firstAdminName = 'admin';

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
