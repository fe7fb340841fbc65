import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import type { TeamRow } from './team-store.ts';

/** Who says which groups somebody is in: an LDAP directory, or an OpenID provider. */
export type GroupProvider = 'ldap' | 'oidc';

/** Whose groups put people into a team. Names of LDAP are in the form of `normalGroupName`. */
export interface MemberSync {
  readonly enableSync: boolean;
  readonly ldapGroups: readonly string[];
  readonly oidcGroups: readonly string[];
}

/** Teams that somebody was put into, and taken out of. */
export interface MembershipChanges {
  readonly added: number;
  readonly removed: number;
}

/**
 * Puts an account into the teams that are linked to its groups, and into their organizations, and takes it out of those
 * into which only this provider had put it. Members whom somebody has added by hand are left as they are.
 *
 * @param groups all groups of the account, by the names that the provider gives them; names of LDAP are in the form of
 *   `normalGroupName`
 */
export async function syncMemberships(
  tx: Queryable,
  { accountId, provider, groups }: { accountId: string; provider: GroupProvider; groups: readonly string[] },
): Promise<MembershipChanges> {
  const values = [accountId, provider, groups];
  // A link that went away between the statements below would be an error of a foreign key.
  await tx.query(`SELECT FROM ${linksOf('$1', '$2')} ORDER BY g.team_id, g.group_name FOR SHARE OF g, t`, [
    provider,
    groups,
  ]);
  // Who is in a team is in the organization.
  await tx.query(
    `INSERT INTO accounts.members (org_id, user_id, managed_by)
     SELECT DISTINCT t.org_id, $1::uuid, $2::text FROM ${linksOf('$2', '$3')} ORDER BY t.org_id ON CONFLICT DO NOTHING`,
    values,
  );
  const { rows } = await tx.query<{ isNew: boolean }>(
    `INSERT INTO accounts.team_members AS m (team_id, org_id, user_id, managed_by, group_name)
     SELECT DISTINCT ON (t.id) t.id, t.org_id, $1::uuid, $2::text, g.group_name FROM ${linksOf('$2', '$3')} ORDER BY t.id, g.group_name
     ON CONFLICT (team_id, user_id) DO UPDATE SET group_name = excluded.group_name
       WHERE m.managed_by = $2 AND m.group_name <> ALL ($3)
     RETURNING xmax = 0 AS "isNew"`,
    values,
  );
  const { rowCount } = await tx.query(
    `DELETE FROM accounts.team_members m WHERE m.user_id = $1 AND m.managed_by = $2 AND m.group_name <> ALL ($3)`,
    values,
  );
  await tx.query(
    `DELETE FROM accounts.members m WHERE m.user_id = $1 AND m.managed_by = $2 AND NOT m.is_owner AND ${isInNoTeam}`,
    [accountId, provider],
  );
  return { added: rows.filter(({ isNew }) => isNew).length, removed: rowCount ?? 0 };
}

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

/**
 * Says whose groups put people into a team. Whom a group has put there that is no longer linked leaves at once; whom one
 * puts there anew comes with the next sign-in or `ldap_sync`.
 */
export async function saveMemberSync(pool: pg.Pool, team: TeamRow, sync: MemberSync): Promise<void> {
  const providers = [...sync.ldapGroups.map(() => 'ldap'), ...sync.oidcGroups.map(() => 'oidc')];
  const values = [team.id, providers, [...sync.ldapGroups, ...sync.oidcGroups]];
  await withTransaction(pool, async (tx) => {
    await tx.query('UPDATE accounts.teams SET syncs_members = $2 WHERE id = $1', [team.id, sync.enableSync]);
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
    await tx.query(
      `DELETE FROM accounts.members m WHERE m.org_id = $1 AND m.managed_by IS NOT NULL AND NOT m.is_owner
       AND ${isInNoTeam}`,
      [team.orgID],
    );
  });
}
