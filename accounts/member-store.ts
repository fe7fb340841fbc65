import type { Queryable } from '../database/pool.ts';
import { accountJson, type AccountRow } from './account-store.ts';
import type { ListPage } from '../database/list-page.ts';

/** A member of an organization or team, as the API shows it. */
export interface MemberRow {
  /** An owner of the organization, or an administrator of the team. */
  readonly isAdmin: boolean;
  readonly isPublic: boolean;
  readonly member: AccountRow;
}

/** What is kept of a membership besides who is in what; undefined: as it was, and false for a new one. */
export interface Membership {
  readonly isAdmin?: boolean;
  readonly isPublic?: boolean;
}

const select = `SELECT m.is_owner AS "isAdmin", m.is_public AS "isPublic", ${accountJson} AS member
  FROM accounts.members m JOIN accounts.accounts a ON a.id = m.user_id`;

const filters = { all: 'true', admins: 'm.is_owner', 'non-admins': 'NOT m.is_owner' } as const;
export type MemberFilter = keyof typeof filters;
export const memberFilters = Object.keys(filters) as readonly MemberFilter[];

/** Members of an organization, by name. */
export async function listMembers(
  q: Queryable,
  organizationId: string,
  filter: MemberFilter,
  { start, limit }: ListPage,
): Promise<MemberRow[]> {
  const { rows } = await q.query<MemberRow>(
    `${select} WHERE m.org_id = $1 AND a.name >= $2 AND ${filters[filter]} ORDER BY a.name LIMIT $3`,
    [organizationId, start, limit],
  );
  return rows;
}

/** One member of an organization, or undefined. */
export async function findMember(q: Queryable, organizationId: string, userId: string): Promise<MemberRow | undefined> {
  const { rows } = await q.query<MemberRow>(`${select} WHERE m.org_id = $1 AND m.user_id = $2`, [
    organizationId,
    userId,
  ]);
  return rows[0];
}

/** Makes a user a member of an organization, or changes what sort of member that is; from now on not by a provider. */
export async function saveMember(
  q: Queryable,
  organizationId: string,
  userId: string,
  { isAdmin, isPublic }: Membership,
): Promise<void> {
  await q.query(
    `INSERT INTO accounts.members AS m (org_id, user_id, is_owner, is_public)
     VALUES ($1, $2, coalesce($3, false), coalesce($4, false))
     ON CONFLICT (org_id, user_id) DO UPDATE
       SET is_owner = coalesce($3, m.is_owner), is_public = coalesce($4, m.is_public), managed_by = NULL`,
    [organizationId, userId, isAdmin, isPublic],
  );
}

/** Takes a user out of an organization and of its teams. Gives whether the user was in it. */
export async function deleteMember(q: Queryable, organizationId: string, userId: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM accounts.members WHERE org_id = $1 AND user_id = $2', [
    organizationId,
    userId,
  ]);
  return rowCount === 1;
}

/** An organization that a user is in. */
export interface OrganizationRow extends Omit<MemberRow, 'member'> {
  readonly org: AccountRow;
}

/** The organizations that a user is in, by name. */
export async function listOrganizations(
  q: Queryable,
  userId: string,
  { start, limit }: ListPage,
): Promise<OrganizationRow[]> {
  const { rows } = await q.query<OrganizationRow>(
    `SELECT m.is_owner AS "isAdmin", m.is_public AS "isPublic", ${accountJson} AS org
     FROM accounts.members m JOIN accounts.accounts a ON a.id = m.org_id
     WHERE m.user_id = $1 AND a.name >= $2 ORDER BY a.name LIMIT $3`,
    [userId, start, limit],
  );
  return rows;
}
