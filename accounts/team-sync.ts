import type { Queryable } from '../database/pool.ts';
import type { Actor } from '../events/actor.ts';
import { recordAudit } from '../events/audit.ts';
import type { Account } from './accounts.ts';
import type { TeamRow } from './team-store.ts';

/** Who says which groups somebody is in: an LDAP directory, or an OpenID provider. */
export type GroupProvider = 'ldap' | 'oidc';

/** Whose groups put people into a team. Names of LDAP are in the form of `normalGroupName`. */
export interface MemberSync {
  readonly enableSync: boolean;
  readonly ldapGroups: readonly string[];
  readonly oidcGroups: readonly string[];
}

/** How many teams somebody was put into, and taken out of. */
export interface MembershipChanges {
  readonly added: number;
  readonly removed: number;
}

/** Somebody whose groups are known. */
export interface GroupMember {
  readonly account: Pick<Account, 'id' | 'name'>;
  readonly provider: GroupProvider;
  /** All groups, by the names that the provider gives them; names of LDAP are in the form of `normalGroupName`. */
  readonly groups: readonly string[];
  /** Who says so, for the events. */
  readonly actor: Actor;
}

interface OrganizationRow {
  readonly organization: string;
}

interface MembershipRow extends OrganizationRow {
  readonly team: string;
}

/**
 * Puts an account into the teams that are linked to its groups, and into their organizations, and takes it out of those
 * into which only this provider had put it. Members whom somebody has added by hand are left as they are. Each change is
 * an event.
 */
export async function syncMemberships(
  tx: Queryable,
  { account, provider, groups, actor }: GroupMember,
): Promise<MembershipChanges> {
  const values = [account.id, provider, groups];
  // A link that went away between the statements below would be an error of a foreign key.
  await tx.query(`SELECT FROM ${linksOf('$1', '$2')} ORDER BY g.team_id, g.group_name FOR SHARE OF g, t`, [
    provider,
    groups,
  ]);
  // Who is in a team is in the organization.
  const { rows: joined } = await tx.query<OrganizationRow>(
    `WITH joined AS (
       INSERT INTO accounts.members (org_id, user_id, managed_by)
       SELECT DISTINCT t.org_id, $1::uuid, $2::text FROM ${linksOf('$2', '$3')} ORDER BY t.org_id
       ON CONFLICT DO NOTHING RETURNING org_id)
     SELECT o.name AS organization FROM joined JOIN accounts.accounts o ON o.id = joined.org_id ORDER BY o.name`,
    values,
  );
  const { rows: linked } = await tx.query<MembershipRow & { group: string; isNew: boolean }>(
    `WITH linked AS (
       INSERT INTO accounts.team_members AS m (team_id, org_id, user_id, managed_by, group_name)
       SELECT DISTINCT ON (t.id) t.id, t.org_id, $1::uuid, $2::text, g.group_name FROM ${linksOf('$2', '$3')}
       ORDER BY t.id, g.group_name
       ON CONFLICT (team_id, user_id) DO UPDATE SET group_name = excluded.group_name
         WHERE m.managed_by = $2 AND m.group_name <> ALL ($3)
       RETURNING team_id, group_name, xmax = 0 AS is_new)
     SELECT ${teamNames}, c.group_name AS group, c.is_new AS "isNew" FROM linked c ${joinTeams}`,
    values,
  );
  const added = linked.filter(({ isNew }) => isNew);
  const { rows: removed } = await tx.query<MembershipRow>(
    `WITH removed AS (
       DELETE FROM accounts.team_members m WHERE m.user_id = $1 AND m.managed_by = $2 AND m.group_name <> ALL ($3)
       RETURNING team_id)
     SELECT ${teamNames} FROM removed c ${joinTeams}`,
    values,
  );
  const { rows: left } = await tx.query<OrganizationRow>(
    `WITH gone AS (
       DELETE FROM accounts.members m WHERE m.user_id = $1 AND m.managed_by = $2 AND NOT m.is_owner AND ${isInNoTeam}
       RETURNING org_id)
     SELECT o.name AS organization FROM gone JOIN accounts.accounts o ON o.id = gone.org_id ORDER BY o.name`,
    [account.id, provider],
  );
  const common = (namespace: string) => ({ actor, object: { id: account.id, name: account.name }, namespace });
  await recordAudit(
    tx,
    ...joined.map(({ organization }) => ({ kind: 'MEMBER_UPDATE' as const, ...common(organization) })),
    ...added.map(({ organization, team, group }) => ({
      kind: 'TEAM_MEMBER_UPDATE' as const,
      ...common(organization),
      details: { team, group },
    })),
    ...removed.map(({ organization, team }) => ({
      kind: 'TEAM_MEMBER_DELETE' as const,
      ...common(organization),
      details: { team },
    })),
    ...left.map(({ organization }) => ({ kind: 'MEMBER_DELETE' as const, ...common(organization) })),
  );
  return { added: added.length, removed: removed.length };
}

const teamNames = 't.name AS team, o.name AS organization';
const joinTeams = `JOIN accounts.teams t ON t.id = c.team_id JOIN accounts.accounts o ON o.id = t.org_id
  ORDER BY o.name, t.name`;

function linksOf(provider: string, groups: string): string {
  return `accounts.team_groups g JOIN accounts.teams t ON t.id = g.team_id AND t.syncs_members
    WHERE g.provider = ${provider} AND g.group_name = ANY (${groups}::text[])`;
}

const isInNoTeam = `NOT EXISTS (SELECT FROM accounts.team_members tm
  WHERE tm.org_id = m.org_id AND tm.user_id = m.user_id)`;

/** Whose groups put people into a team. */
export async function findMemberSync(q: Queryable, teamId: string): Promise<MemberSync> {
  const { rows } = await q.query<MemberSync>(
    `SELECT t.syncs_members AS "enableSync",
       ARRAY(SELECT group_name FROM accounts.team_groups WHERE team_id = t.id AND provider = 'ldap' ORDER BY 1)
         AS "ldapGroups",
       ARRAY(SELECT group_name FROM accounts.team_groups WHERE team_id = t.id AND provider = 'oidc' ORDER BY 1)
         AS "oidcGroups"
     FROM accounts.teams t WHERE t.id = $1`,
    [teamId],
  );
  return rows[0] ?? { enableSync: false, ldapGroups: [], oidcGroups: [] };
}

/** Whom a change of the links took out of a team, and out of its organization. */
export interface LeftMembers {
  readonly ofTeam: readonly Pick<Account, 'id' | 'name'>[];
  readonly ofOrganization: readonly Pick<Account, 'id' | 'name'>[];
}

/**
 * Says whose groups put people into a team. Whom a group has put there that is no longer linked leaves at once; whom one
 * puts there anew comes with the next sign-in or `ldap_sync`.
 */
export async function saveMemberSync(tx: Queryable, team: TeamRow, sync: MemberSync): Promise<LeftMembers> {
  const providers = [...sync.ldapGroups.map(() => 'ldap'), ...sync.oidcGroups.map(() => 'oidc')];
  const values = [team.id, providers, [...sync.ldapGroups, ...sync.oidcGroups]];
  await tx.query('UPDATE accounts.teams SET syncs_members = $2 WHERE id = $1', [team.id, sync.enableSync]);
  const before = await listManaged(tx, team.id);
  await tx.query(
    `DELETE FROM accounts.team_groups WHERE team_id = $1
     AND (provider, group_name) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
    values,
  );
  await tx.query(
    `INSERT INTO accounts.team_groups (team_id, provider, group_name)
     SELECT $1::uuid, * FROM unnest($2::text[], $3::text[]) ORDER BY 2, 3 ON CONFLICT DO NOTHING`,
    values,
  );
  if (!sync.enableSync) {
    await tx.query('DELETE FROM accounts.team_members WHERE team_id = $1 AND managed_by IS NOT NULL', [team.id]);
  }
  const remaining = new Set((await listManaged(tx, team.id)).map(({ id }) => id));
  const { rows: ofOrganization } = await tx.query<Pick<Account, 'id' | 'name'>>(
    `DELETE FROM accounts.members m USING accounts.accounts a
     WHERE m.org_id = $1 AND m.managed_by IS NOT NULL AND NOT m.is_owner AND a.id = m.user_id AND ${isInNoTeam}
     RETURNING a.id, a.name`,
    [team.orgID],
  );
  return { ofTeam: before.filter(({ id }) => !remaining.has(id)), ofOrganization };
}

/** The members of a team whom groups have put there. */
async function listManaged(q: Queryable, teamId: string): Promise<Pick<Account, 'id' | 'name'>[]> {
  const { rows } = await q.query<Pick<Account, 'id' | 'name'>>(
    `SELECT a.id, a.name FROM accounts.team_members m JOIN accounts.accounts a ON a.id = m.user_id
     WHERE m.team_id = $1 AND m.managed_by IS NOT NULL ORDER BY a.name`,
    [teamId],
  );
  return rows;
}
