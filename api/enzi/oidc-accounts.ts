import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { isNameComponent } from '../../registry/names.ts';
import { ApiError } from '../errors.ts';
import { isId, updateAccount } from './account-store.ts';
import type { OidcClaims } from './oidc-provider.ts';
import { syncMemberships } from './team-sync.ts';

/** Which claims say what. */
export interface ClaimNames {
  readonly usernameClaim: string;
  readonly groupsClaim: string;
  /** Whose members are system administrators, and nobody else of the provider; undefined: it says nothing about that. */
  readonly adminGroup: string | undefined;
}

interface KnownAccount {
  readonly id: string;
  readonly fullName: string;
  readonly isAdmin: boolean;
  readonly isActive: boolean;
}

/**
 * Lets somebody in whom the OpenID provider has signed in: finds the account by issuer and subject, or makes it, and
 * brings name, teams and, where a group decides, the right of an administrator to what the claims say.
 *
 * @returns the id of the account
 * @throws ApiError SIGN_IN_REFUSED where the account is inactive, or the claims name nobody; ACCOUNT_EXISTS where another
 *   account has the name; LAST_ADMIN where the claims end the right of the last system administrator
 */
export async function admitPerson(pool: pg.Pool, claims: OidcClaims, names: ClaimNames): Promise<string> {
  const groups = readGroups(claims[names.groupsClaim]);
  const fullName = readFullName(claims.name);
  const isAdmin = names.adminGroup === undefined ? undefined : groups.includes(names.adminGroup);
  // A subject is one of its issuer alone, and no URL has a space.
  const subject = `${claims.iss} ${claims.sub}`;

  const account = await withTransaction(pool, async (tx) => {
    // Two first sign-ins at once make one account.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('oidc ' || $1, 0))`, [subject]);
    const known = (await findKnown(tx, subject)) ?? (await makeAccount(tx, subject, readName(claims, names)));
    if (!known.isActive) {
      throw new ApiError('SIGN_IN_REFUSED', 'your account here is not active: ask a system administrator');
    }
    await syncMemberships(tx, { accountId: known.id, provider: 'oidc', groups });
    return known;
  });
  const changes = {
    ...(fullName !== undefined && fullName !== account.fullName && { fullName }),
    ...(isAdmin !== undefined && isAdmin !== account.isAdmin && { isAdmin }),
  };
  if (Object.keys(changes).length > 0) await updateAccount(pool, account.id, changes);
  return account.id;
}

async function findKnown(tx: pg.PoolClient, subject: string): Promise<KnownAccount | undefined> {
  const { rows } = await tx.query<KnownAccount>(
    `UPDATE accounts.external_identities e SET seen_at = now() FROM accounts.accounts a
     WHERE e.provider = 'oidc' AND e.subject = $1 AND a.id = e.account_id
     RETURNING a.id, a.full_name AS "fullName", a.is_admin AS "isAdmin", a.is_active AS "isActive"`,
    [subject],
  );
  return rows[0];
}

async function makeAccount(tx: pg.PoolClient, subject: string, name: string): Promise<KnownAccount> {
  const { rows } = await tx.query<KnownAccount>(
    `INSERT INTO accounts.accounts (name, is_imported) VALUES ($1, true) ON CONFLICT (name) DO NOTHING
     RETURNING id, full_name AS "fullName", is_admin AS "isAdmin", is_active AS "isActive"`,
    [name],
  );
  if (!rows[0]) {
    throw new ApiError(
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

const maxNameLength = 100;
const maxFullNameLength = 255;

/** @throws ApiError SIGN_IN_REFUSED where the claim is no name for an account */
function readName(claims: OidcClaims, { usernameClaim }: ClaimNames): string {
  const claim = claims[usernameClaim];
  if (typeof claim !== 'string' || claim === '') {
    throw new ApiError(
      'SIGN_IN_REFUSED',
      `the OpenID provider does not send the claim "${usernameClaim}" (OIDC_USERNAME_CLAIM, OIDC_SCOPES)`,
    );
  }
  // Names of repositories begin with it.
  const name = claim.toLowerCase();
  if (name.length <= maxNameLength && isNameComponent(name) && !isId(name)) return name;
  throw new ApiError(
    'SIGN_IN_REFUSED',
    `the claim "${usernameClaim}" is "${claim.slice(0, maxNameLength)}", which cannot be the name of an account: set OIDC_USERNAME_CLAIM to one with letters and digits, and single ".", "_" and "-" between them`,
  );
}

function readFullName(claim: unknown): string | undefined {
  return typeof claim === 'string' ? claim.slice(0, maxFullNameLength) : undefined;
}

/** The groups of a claim, which is a list, or one name; of a claim that is missing none. */
function readGroups(claim: unknown): string[] {
  return [claim].flat().filter((group) => typeof group === 'string');
}
