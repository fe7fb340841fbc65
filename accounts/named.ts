import type { Queryable } from '../database/pool.ts';
import { DomainError, noSuchAccount } from '../errors/domain-error.ts';
import { type AccountRow, findAccount } from './account-store.ts';
import { findTeam, type TeamRow } from './team-store.ts';

/**
 * The account of this name or id.
 *
 * @throws DomainError NO_SUCH_ACCOUNT
 */
export async function requireNamed(q: Queryable, nameOrId: string): Promise<AccountRow> {
  const account = await findAccount(q, nameOrId);
  if (!account) throw noSuchAccount(nameOrId);
  return account;
}

/**
 * The user of this name or id.
 *
 * @throws DomainError NO_SUCH_ACCOUNT; INVALID_PARAMETERS for an organization
 */
export async function requireUser(q: Queryable, nameOrId: string): Promise<AccountRow> {
  const account = await requireNamed(q, nameOrId);
  if (!account.isOrg) return account;
  throw new DomainError('INVALID_PARAMETERS', `"${account.name}" is an organization: name a user`);
}

/**
 * The organization of this name or id.
 *
 * @throws DomainError NO_SUCH_ACCOUNT; NOT_AN_ORGANIZATION for a user
 */
export async function requireOrganization(q: Queryable, nameOrId: string): Promise<AccountRow> {
  const account = await requireNamed(q, nameOrId);
  if (account.isOrg) return account;
  throw new DomainError('NOT_AN_ORGANIZATION', `"${account.name}" is a user: only organizations have teams`);
}

/**
 * The team of this name or id in an organization.
 *
 * @throws DomainError NO_SUCH_TEAM
 */
export async function requireTeam(q: Queryable, organization: AccountRow, nameOrId: string): Promise<TeamRow> {
  const team = await findTeam(q, organization.id, nameOrId);
  if (team) return team;
  throw noSuchTeam(organization, nameOrId);
}

/** The error for a team that is not there. */
export function noSuchTeam({ name }: Pick<AccountRow, 'name'>, nameOrId: string): DomainError {
  return new DomainError('NO_SUCH_TEAM', `the organization "${name}" has no team "${nameOrId}"`);
}
