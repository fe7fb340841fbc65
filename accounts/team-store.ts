import type { Queryable } from '../database/pool.ts';
import { assertWithinLimit, lockLimit } from '../settings/limits.ts';
import { DomainError } from '../errors/domain-error.ts';
import { accountJson, type AccountRow, isId, withoutIdPrefix } from './account-store.ts';
import type { MemberRow, Membership } from './member-store.ts';
import type { ListPage } from '../database/list-page.ts';

/** A team of an organization, as the API shows it (docs/msr-api.md, "Accounts"). */
export interface TeamRow {
  readonly id: string;
  readonly orgID: string;
  readonly name: string;
  readonly description: string;
  readonly membersCount: number;
}

const select = `SELECT t.id, t.org_id AS "orgID", t.name, t.description,
    (SELECT count(*) FROM accounts.team_members m WHERE m.team_id = t.id) AS "membersCount"
  FROM accounts.teams t`;

/** Teams of an organization, by name. */
export async function listTeams(q: Queryable, organizationId: string, { start, limit }: ListPage): Promise<TeamRow[]> {
  const { rows } = await q.query<TeamRow>(`${select} WHERE t.org_id = $1 AND t.name >= $2 ORDER BY t.name LIMIT $3`, [
    organizationId,
    start,
    limit,
  ]);
  return rows;
}

/** In SQL, of a team `t` and a name in any case: as `canonicalName` has it, though teams keep the case that they were given. */
const isCalled = (name: string) => `lower(t.name COLLATE "C") = lower(${name} COLLATE "C")`;

/**
 * The team of this name, in any case, or id in an organization, or undefined. Where names of teams differ in case alone,
 * as they could once, each is found by its own.
 */
export async function findTeam(q: Queryable, organizationId: string, named: string): Promise<TeamRow | undefined> {
  const nameOrId = withoutIdPrefix(named);
  const { rows } = await q.query<TeamRow>(
    `${select} WHERE t.org_id = $1 AND ${isId(nameOrId) ? 't.id = $2::uuid' : isCalled('$2')}`,
    [organizationId, nameOrId],
  );
  return rows.length > 1 ? rows.find(({ name }) => name === nameOrId) : rows[0];
}

/** Whether an organization has another team of this name, in any case. The limit on teams has to be locked. */
async function hasOther(tx: Queryable, organizationId: string, name: string, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT FROM accounts.teams t WHERE t.org_id = $1 AND ${isCalled('$2')} AND t.id <> $3 LIMIT 1`,
    [organizationId, name, id],
  );
  return rowCount === 1;
}

/**
 * Makes a team, in the caller's transaction.
 *
 * @throws LimitReachedError; DomainError TEAM_EXISTS where the organization has one of this name, in any case
 */
export async function insertTeam(
  tx: Queryable,
  organization: Pick<AccountRow, 'id' | 'name'>,
  { name, description }: Pick<TeamRow, 'name' | 'description'>,
): Promise<TeamRow> {
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO accounts.teams (org_id, name, description) VALUES ($1, $2, $3)
     ON CONFLICT (org_id, name) DO NOTHING RETURNING id`,
    [organization.id, name, description],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw teamExists(name);
  await assertWithinLimit(tx, {
    limit: 'maxTeamsPerOrganization',
    place: organization.name,
    things: 'SELECT FROM accounts.teams WHERE org_id = $1',
    values: [organization.id],
  });
  if (await hasOther(tx, organization.id, name, id)) throw teamExists(name);
  const made = await findTeam(tx, organization.id, id);
  if (!made) throw new Error(`the team ${id} is gone in the transaction that has made it`);
  return made;
}

/**
 * Changes a team, in the caller's transaction; what is undefined stays. Undefined where it is gone.
 *
 * @throws DomainError TEAM_EXISTS where another team of the organization has the new name, in any case
 */
export async function updateTeam(
  tx: Queryable,
  organization: Pick<AccountRow, 'id' | 'name'>,
  id: string,
  { name, description }: { readonly name?: string | undefined; readonly description?: string | undefined },
): Promise<TeamRow | undefined> {
  if (name !== undefined) {
    // As whoever makes a team does.
    await lockLimit(tx, { limit: 'maxTeamsPerOrganization', place: organization.name });
    const current = await findTeam(tx, organization.id, id);
    // Names of teams may differ in case alone from before: each keeps its own.
    if (current?.name !== name && (await hasOther(tx, organization.id, name, id))) throw teamExists(name);
  }
  await tx.query(
    'UPDATE accounts.teams SET name = coalesce($2, name), description = coalesce($3, description) WHERE id = $1',
    [id, name, description],
  );
  return findTeam(tx, organization.id, id);
}

function teamExists(name: string): DomainError {
  return new DomainError('TEAM_EXISTS', `the organization has a team "${name}" already, whatever the case`);
}

/** Deletes a team with its grants. Gives whether there was one. */
export async function deleteTeam(q: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM accounts.teams WHERE id = $1', [id]);
  return rowCount === 1;
}

const selectMembers = `SELECT m.is_admin AS "isAdmin", m.is_public AS "isPublic", ${accountJson} AS member
  FROM accounts.team_members m JOIN accounts.accounts a ON a.id = m.user_id`;

/** Members of a team, by name. */
export async function listTeamMembers(q: Queryable, teamId: string, { start, limit }: ListPage): Promise<MemberRow[]> {
  const { rows } = await q.query<MemberRow>(
    `${selectMembers} WHERE m.team_id = $1 AND a.name >= $2 ORDER BY a.name LIMIT $3`,
    [teamId, start, limit],
  );
  return rows;
}

/** One member of a team, or undefined. */
export async function findTeamMember(q: Queryable, teamId: string, userId: string): Promise<MemberRow | undefined> {
  const { rows } = await q.query<MemberRow>(`${selectMembers} WHERE m.team_id = $1 AND m.user_id = $2`, [
    teamId,
    userId,
  ]);
  return rows[0];
}

/**
 * Puts a member of the team's organization into the team, or changes what sort of member that is; from now on not by a
 * provider's group.
 */
export async function saveTeamMember(
  q: Queryable,
  { id, orgID }: Pick<TeamRow, 'id' | 'orgID'>,
  userId: string,
  { isAdmin, isPublic }: Membership,
): Promise<void> {
  await q.query(
    `INSERT INTO accounts.team_members AS m (team_id, org_id, user_id, is_admin, is_public)
     VALUES ($1, $2, $3, coalesce($4, false), coalesce($5, false))
     ON CONFLICT (team_id, user_id) DO UPDATE
       SET is_admin = coalesce($4, m.is_admin), is_public = coalesce($5, m.is_public),
           managed_by = NULL, group_name = NULL`,
    [id, orgID, userId, isAdmin, isPublic],
  );
}

/** Takes a user out of a team. Gives whether the user was in it. */
export async function deleteTeamMember(q: Queryable, teamId: string, userId: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM accounts.team_members WHERE team_id = $1 AND user_id = $2', [
    teamId,
    userId,
  ]);
  return rowCount === 1;
}
