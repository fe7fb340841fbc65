import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { systemActor } from '../../events/actor.ts';
import { recordAudit } from '../../events/audit.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { accountChangeEvent, importEvent } from '../account-events.ts';
import { updateAccount } from '../account-store.ts';
import type { Account } from '../accounts.ts';
import { type ClaimNames, readFullName, readGroups, readName } from './oidc-claims.ts';
import type { OidcClaims } from './oidc-provider.ts';
import { syncMemberships } from '../team-sync.ts';

interface KnownAccount extends Account {
  readonly fullName: string;
  readonly isActive: boolean;
}

/** Somebody is who they say, and their account is inactive. */
export class InactiveAccountError extends DomainError {
  override name = 'InactiveAccountError';
  readonly accountName: string;
  constructor(accountName: string) {
    super('SIGN_IN_REFUSED', 'your account here is not active: ask a system administrator');
    this.accountName = accountName;
  }
}

/** How somebody is let in. */
export interface Admission {
  readonly names: ClaimNames;
  /** Where the browser is. */
  readonly address: string;
}

/**
 * Lets somebody in whom the OpenID provider has signed in: finds the account by issuer and subject, or makes it, and
 * brings name, teams and, where a group decides, the right of an administrator to what the claims say.
 *
 * @returns the account
 * @throws InactiveAccountError; DomainError SIGN_IN_REFUSED where the claims name nobody, or no groups that can be read;
 *   ACCOUNT_EXISTS where another account has the name; LAST_ADMIN where the claims end the right of the last system administrator
 */
export async function admitPerson(
  pool: pg.Pool,
  claims: OidcClaims,
  { names, address }: Admission,
): Promise<Pick<Account, 'id' | 'name'>> {
  const groups = readGroups(claims, names);
  const fullName = readFullName(claims.name);
  const isAdmin = names.adminGroup === undefined ? undefined : groups.includes(names.adminGroup);
  // A subject is one of its issuer alone, and no URL has a space.
  const subject = `${claims.iss} ${claims.sub}`;

  const actor = systemActor('oidc', address);

  return withTransaction(pool, async (tx) => {
    // Two first sign-ins at once make one account.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('oidc ' || $1, 0))`, [subject]);
    const known = await findKnown(tx, subject);
    if (known && !known.isActive) throw new InactiveAccountError(known.name);
    const first = { fullName: fullName ?? '', isAdmin: isAdmin ?? false };
    const account = known ?? (await makeAccount(tx, subject, { ...first, name: readName(claims, names) }));
    if (!known) await recordAudit(tx, { ...importEvent(account), actor });
    await syncMemberships(tx, { account, groups, actor, provider: 'oidc' });
    const changes = {
      ...(fullName !== undefined && fullName !== account.fullName && { fullName }),
      ...(isAdmin !== undefined && isAdmin !== account.isAdmin && { isAdmin }),
    };
    if (Object.keys(changes).length > 0) {
      const changed = await updateAccount(tx, account.id, changes);
      await recordAudit(tx, { ...accountChangeEvent(account, changed?.before ?? account, changes), actor });
    }
    return account;
  });
}

async function findKnown(tx: pg.PoolClient, subject: string): Promise<KnownAccount | undefined> {
  const { rows } = await tx.query<KnownAccount>(
    `UPDATE accounts.external_identities e SET seen_at = now() FROM accounts.accounts a
     WHERE e.provider = 'oidc' AND e.subject = $1 AND a.id = e.account_id
     RETURNING a.id, a.name, a.full_name AS "fullName", a.is_admin AS "isAdmin", a.is_active AS "isActive"`,
    [subject],
  );
  return rows[0];
}

async function makeAccount(
  tx: pg.PoolClient,
  subject: string,
  { name, fullName, isAdmin }: Pick<KnownAccount, 'name' | 'fullName' | 'isAdmin'>,
): Promise<KnownAccount> {
  const { rows } = await tx.query<KnownAccount>(
    `INSERT INTO accounts.accounts (name, full_name, is_admin, is_imported) VALUES ($1, $2, $3, true)
     ON CONFLICT (name) DO NOTHING
     RETURNING id, name, full_name AS "fullName", is_admin AS "isAdmin", is_active AS "isActive"`,
    [name, fullName, isAdmin],
  );
  if (!rows[0]) {
    throw new DomainError(
      'ACCOUNT_EXISTS',
      `the OpenID provider calls you "${name}", and an account of this name exists that is not yours there: ask a system administrator`,
    );
  }
  await tx.query(`INSERT INTO accounts.external_identities (provider, subject, account_id) VALUES ('oidc', $1, $2)`, [
    subject,
    rows[0].id,
  ]);
  return rows[0];
}
