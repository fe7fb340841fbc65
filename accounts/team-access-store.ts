import type { Queryable } from '../database/pool.ts';
import type { AccessLevel } from './policy/access.ts';

/** What a team is granted, as the API shows it (DTR 2.7 API, responses.TeamAccess); the name of the team is ours. */
export interface TeamAccessRow {
  readonly accessLevel: AccessLevel;
  readonly team: { readonly id: string; readonly name: string; readonly clientUserIsMember: boolean };
}

/** What teams are granted access to: one repository, or a namespace of them. */
export type GrantTarget = { readonly repositoryId: number } | { readonly namespace: string };

interface Page {
  /** Id of the first record; undefined: from the beginning. */
  readonly pageStart: string | undefined;
  readonly pageSize: number;
}

function tableOf(target: GrantTarget): { readonly table: string; readonly column: string; readonly key: unknown } {
  return 'namespace' in target
    ? { table: 'registry.namespace_team_access', column: 'namespace', key: target.namespace }
    : { table: 'registry.repository_team_access', column: 'repository_id', key: target.repositoryId };
}

/**
 * The teams that are granted something, by id.
 *
 * @param clientId whose membership `clientUserIsMember` is about
 */
export async function listTeamAccess(
  q: Queryable,
  target: GrantTarget,
  clientId: string,
  { pageStart, pageSize }: Page,
): Promise<TeamAccessRow[]> {
  const { table, column, key } = tableOf(target);
  const { rows } = await q.query<TeamAccessRow>(
    `SELECT g.access_level AS "accessLevel", json_build_object('id', t.id, 'name', t.name, 'clientUserIsMember',
       EXISTS (SELECT FROM accounts.team_members m WHERE m.team_id = t.id AND m.user_id = $2)) AS team
     FROM ${table} g JOIN accounts.teams t ON t.id = g.team_id
     WHERE g.${column} = $1 AND ($3::uuid IS NULL OR g.team_id >= $3) ORDER BY g.team_id LIMIT $4`,
    [key, clientId, pageStart ?? null, pageSize],
  );
  return rows;
}

/** How many teams are granted something. */
export async function countTeamAccess(q: Queryable, target: GrantTarget): Promise<number> {
  const { table, column, key } = tableOf(target);
  const { rows } = await q.query<{ count: number }>(`SELECT count(*) AS count FROM ${table} WHERE ${column} = $1`, [
    key,
  ]);
  return rows[0]?.count ?? 0;
}

/** What one team is granted, or undefined. */
export async function findTeamAccess(
  q: Queryable,
  target: GrantTarget,
  clientId: string,
  teamId: string,
): Promise<TeamAccessRow | undefined> {
  const [found] = await listTeamAccess(q, target, clientId, { pageStart: teamId, pageSize: 1 });
  return found?.team.id === teamId ? found : undefined;
}

/** Grants a team access, in place of what it was granted there before. */
export async function saveTeamAccess(
  q: Queryable,
  target: GrantTarget,
  teamId: string,
  level: AccessLevel,
): Promise<void> {
  const { table, column, key } = tableOf(target);
  await q.query(
    `INSERT INTO ${table} (${column}, team_id, access_level) VALUES ($1, $2, $3)
     ON CONFLICT (${column}, team_id) DO UPDATE SET access_level = excluded.access_level`,
    [key, teamId, level],
  );
}

/** Takes away what a team was granted. Gives whether it was granted anything. */
export async function deleteTeamAccess(q: Queryable, target: GrantTarget, teamId: string): Promise<boolean> {
  const { table, column, key } = tableOf(target);
  const { rowCount } = await q.query(`DELETE FROM ${table} WHERE ${column} = $1 AND team_id = $2`, [key, teamId]);
  return rowCount === 1;
}

/** What a team is granted for single repositories, by namespace and name of these. */
export async function listGrantedRepositories(
  q: Queryable,
  teamId: string,
  { pageStart, pageSize }: Page,
): Promise<{ readonly accessLevel: AccessLevel; readonly repositoryId: number; readonly publicId: string }[]> {
  const { rows } = await q.query<{ accessLevel: AccessLevel; repositoryId: number; publicId: string }>(
    `SELECT g.access_level AS "accessLevel", r.id AS "repositoryId", r.public_id AS "publicId"
     FROM registry.repository_team_access g JOIN registry.repositories r ON r.id = g.repository_id
     WHERE g.team_id = $1 AND r.deleted_at IS NULL AND ($2::uuid IS NULL OR (r.namespace, r.name) >=
            (SELECT s.namespace, s.name FROM registry.repositories s WHERE s.public_id = $2))
     ORDER BY r.namespace, r.name LIMIT $3`,
    [teamId, pageStart ?? null, pageSize],
  );
  return rows;
}

/** How many single repositories a team is granted something for. */
export async function countGrantedRepositories(q: Queryable, teamId: string): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM registry.repository_team_access g
     JOIN registry.repositories r ON r.id = g.repository_id WHERE g.team_id = $1 AND r.deleted_at IS NULL`,
    [teamId],
  );
  return rows[0]?.count ?? 0;
}
