import type { Queryable } from '../../database/pool.ts';
import type { AdministeredRepositories } from '../../events/administered-repositories.ts';
import type { ReadableRepositories } from '../../registry/repositories/readable-repositories.ts';
import type { Account } from '../accounts.ts';
import { isRobotName } from '../../events/actor.ts';
import { findActiveSubject } from '../subjects.ts';
import { everyRepository, mayInNamespace, permittedActions, type RobotRights } from './robot-rights.ts';

/**
 * What somebody may do with a repository or a namespace of them (DTR 2.7 API, forms.Access): read-only is browse
 * and pull; read-write is push and delete tags besides; admin is settings, grants, webhooks and deletion besides, and, of
 * a namespace, to create repositories. Each includes those before it.
 */
export const accessLevels = ['read-only', 'read-write', 'admin'] as const;
export type AccessLevel = (typeof accessLevels)[number];

/** Whether a level, undefined for no access at all, is at least another one. */
export function includesLevel(level: AccessLevel | undefined, wanted: AccessLevel): boolean {
  return level !== undefined && accessLevels.indexOf(level) >= accessLevels.indexOf(wanted);
}

function highest(levels: readonly (AccessLevel | null | undefined)[]): AccessLevel | undefined {
  return accessLevels.findLast((level) => levels.includes(level));
}

/** What somebody may do with one repository. */
export interface RepositoryAccess {
  /** Undefined where there is no such repository. */
  readonly repositoryId: number | undefined;
  /** Undefined: not even see it. Of a repository that is not there: the level of its namespace. */
  readonly level: AccessLevel | undefined;
}

/** System administrators own every namespace, users their own, robots none. */
function ownsNamespace({ isAdmin, name, robot }: Account, namespace: string): boolean {
  return isAdmin || (name === namespace && robot === undefined);
}

/** Of the user $1 in a namespace, in SQL: owners of the organization, and what teams are granted. */
const namespaceLevel = (namespace: string) => `(SELECT max(level) FROM (
    SELECT 'admin'::registry.access_level AS level
    FROM accounts.accounts o JOIN accounts.members m ON m.org_id = o.id
    WHERE o.name = ${namespace} AND m.user_id = $1 AND m.is_owner
    UNION ALL
    SELECT g.access_level FROM registry.namespace_team_access g JOIN accounts.team_members t ON t.team_id = g.team_id
    WHERE g.namespace = ${namespace} AND t.user_id = $1) of_namespace)`;

/**
 * What an account may do in a whole namespace, which need not exist. System administrators are administrators of every
 * namespace, users of their own, owners of their organization's; teams have what they were granted.
 *
 * @param account undefined: nobody has signed in
 */
export async function namespaceAccess(
  q: Queryable,
  account: Account | undefined,
  namespace: string,
): Promise<AccessLevel | undefined> {
  if (!account) return undefined;
  if (ownsNamespace(account, namespace)) return 'admin';
  const { rows } = await q.query<{ level: AccessLevel | null }>({
    name: 'policy-namespace-access',
    text: `SELECT ${namespaceLevel('$2')} AS level`,
    values: [account.id, namespace],
  });
  return rows[0]?.level ?? undefined;
}

/**
 * What an account may do with a repository: what it may do in the namespace, what its teams are granted for the
 * repository, and, where that is public, what everybody may; the highest of them counts. A robot that may pull reads;
 * `repositoryActions` tells what it may do besides.
 *
 * @param account undefined: nobody has signed in
 */
export async function repositoryAccess(
  q: Queryable,
  account: Account | undefined,
  namespace: string,
  name: string,
): Promise<RepositoryAccess> {
  const [access] = await accessToEach(q, account, [{ namespace, name }]);
  return access ?? { repositoryId: undefined, level: undefined };
}

/** What a repository, which need not exist, is called. */
export interface RepositoryPath {
  readonly namespace: string;
  readonly name: string;
}

/** `repositoryAccess` to several, in one statement however many they are, in their order. */
async function accessToEach(
  q: Queryable,
  account: Account | undefined,
  repositories: readonly RepositoryPath[],
): Promise<RepositoryAccess[]> {
  if (repositories.length === 0) return [];
  const { rows } = await q.query<{
    namespace: string;
    name: string;
    repositoryId: number | null;
    isPublic: boolean | null;
    namespaceLevel: AccessLevel | null;
    repositoryLevel: AccessLevel | null;
  }>({
    name: 'policy-repository-access',
    text: `SELECT asked.namespace, asked.name, r.id AS "repositoryId", r.visibility = 'public' AS "isPublic",
             ${namespaceLevel('asked.namespace')} AS "namespaceLevel",
             (SELECT max(g.access_level) FROM registry.repository_team_access g
              JOIN accounts.team_members t ON t.team_id = g.team_id
              WHERE g.repository_id = r.id AND t.user_id = $1) AS "repositoryLevel"
           FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked (namespace, name, position)
           LEFT JOIN registry.repositories r ON r.namespace = asked.namespace AND r.name = asked.name
           ORDER BY asked.position`,
    values: [account?.id ?? null, repositories.map(({ namespace }) => namespace), repositories.map(({ name }) => name)],
  });
  return rows.map(({ namespace, name, ...found }) => ({
    repositoryId: found.repositoryId ?? undefined,
    level: highest([
      account && ownsNamespace(account, namespace) ? 'admin' : undefined,
      found.isPublic ? 'read-only' : undefined,
      found.namespaceLevel,
      found.repositoryLevel,
      account?.robot && permittedActions(account.robot, namespace, name).has('pull') ? 'read-only' : undefined,
    ]),
  }));
}

// What each action of the registry needs: read-only is pull, read-write is push and delete besides.
const neededLevels: ReadonlyMap<string, AccessLevel> = new Map([
  ['pull', 'read-only'],
  ['push', 'read-write'],
  ['delete', 'read-write'],
  ['*', 'admin'],
]);

/**
 * Which actions of the registry (`pull`, `push`, `delete`, `*`) an account may do on a repository, which need not exist:
 * a push to what is not there makes it, and that takes an administrator of the namespace, or a robot that may.
 *
 * @param account undefined: nobody has signed in
 */
export async function repositoryActions(
  q: Queryable,
  account: Account | undefined,
  namespace: string,
  name: string,
): Promise<ReadonlySet<string>> {
  const [actions] = await actionsOnEach(q, account, [{ namespace, name }]);
  return actions ?? new Set();
}

/** `repositoryActions` on several, in one statement however many they are, in their order. */
export async function actionsOnEach(
  q: Queryable,
  account: Account | undefined,
  repositories: readonly RepositoryPath[],
): Promise<ReadonlySet<string>[]> {
  const access = await accessToEach(q, account, repositories);
  return repositories.map((repository, index) => actionsOn(account, repository, access[index]));
}

function actionsOn(
  account: Account | undefined,
  { namespace, name }: RepositoryPath,
  { level, repositoryId }: Partial<RepositoryAccess> = {},
): ReadonlySet<string> {
  const permitted = account?.robot && permittedActions(account.robot, namespace, name);
  const mayCreate = account?.robot?.createRepositories ?? includesLevel(level, 'admin');
  const actions = [...neededLevels].filter(([action, needed]) => {
    if (repositoryId === undefined && needed === 'read-write' && !mayCreate) return false;
    return includesLevel(level, needed) || (permitted as ReadonlySet<string> | undefined)?.has(action);
  });
  return new Set(actions.map(([action]) => action));
}

/**
 * Which repositories somebody may read besides those that are public, as the registry's lists and mounts take it.
 *
 * @param subject name of an account or robot; empty: nobody has signed in. Of one that is not active: nobody
 */
export async function readableRepositories(q: Queryable, subject: string): Promise<'all' | ReadableRepositories> {
  if (isRobotName(subject)) {
    const robot = (await findActiveSubject(q, subject))?.robot;
    return robot ? readableByRobot(q, robot) : nothing;
  }
  const { rows } = await q.query<{ isAdmin: boolean; namespaces: string[]; teamIds: string[] }>({
    name: 'policy-readable-repositories',
    text: `SELECT a.is_admin AS "isAdmin", ARRAY(
             SELECT a.name
             UNION SELECT o.name FROM accounts.members m JOIN accounts.accounts o ON o.id = m.org_id
                   WHERE m.user_id = a.id AND m.is_owner
             UNION SELECT g.namespace FROM accounts.team_members t
                   JOIN registry.namespace_team_access g ON g.team_id = t.team_id WHERE t.user_id = a.id
           ) AS namespaces,
           ARRAY(SELECT t.team_id FROM accounts.team_members t WHERE t.user_id = a.id) AS "teamIds"
           FROM accounts.accounts a WHERE a.name = $1 AND a.is_active AND NOT a.is_org`,
    values: [subject],
  });
  const found = rows[0];
  if (!found) return nothing;
  return found.isAdmin ? 'all' : { namespaces: found.namespaces, teamIds: found.teamIds, repositoryIds: [] };
}

const nothing: ReadableRepositories = { namespaces: [], teamIds: [], repositoryIds: [] };

async function readableByRobot(q: Queryable, { permissions }: RobotRights): Promise<ReadableRepositories> {
  const pulls = permissions.filter(({ actions }) => actions.includes('pull'));
  const single = pulls.filter(({ repository }) => repository !== everyRepository);
  const { rows } = await q.query<{ id: number }>({
    name: 'policy-repository-ids',
    text: `SELECT r.id FROM unnest($1::text[], $2::text[]) AS named (namespace, name)
           JOIN registry.repositories r ON r.namespace = named.namespace AND r.name = named.name`,
    values: [single.map(({ namespace }) => namespace), single.map(({ repository }) => repository)],
  });
  return {
    namespaces: pulls.filter(({ repository }) => repository === everyRepository).map(({ namespace }) => namespace),
    teamIds: [],
    repositoryIds: rows.map(({ id }) => id),
  };
}

/** Which namespaces and repositories an account administers; system administrators, all of them. */
export async function administeredRepositories(
  q: Queryable,
  account: Account,
): Promise<'all' | AdministeredRepositories> {
  if (account.isAdmin) return 'all';
  const { rows } = await q.query<AdministeredRepositories>(
    `SELECT ARRAY(
       SELECT $2::text
       UNION SELECT o.name FROM accounts.members m JOIN accounts.accounts o ON o.id = m.org_id
             WHERE m.user_id = $1 AND m.is_owner
       UNION SELECT g.namespace FROM accounts.team_members t
             JOIN registry.namespace_team_access g ON g.team_id = t.team_id
             WHERE t.user_id = $1 AND g.access_level = 'admin'
     ) AS namespaces, ARRAY(
       SELECT r.namespace || '/' || r.name FROM accounts.team_members t
       JOIN registry.repository_team_access g ON g.team_id = t.team_id
       JOIN registry.repositories r ON r.id = g.repository_id
       WHERE t.user_id = $1 AND g.access_level = 'admin'
     ) AS repositories`,
    [account.id, account.name],
  );
  return rows[0] ?? { namespaces: [], repositories: [] };
}

/**
 * Whether the account of this name, empty for nobody, may make repositories in a namespace: its administrators may
 * (DTR 2.7 API, "Create repository"), and robots that were allowed to. Which ones a robot may push to, its token says.
 */
export async function mayCreateRepositories(q: Queryable, subject: string, namespace: string): Promise<boolean> {
  const account = subject === '' ? undefined : await findActiveSubject(q, subject);
  const robot = account?.robot;
  if (robot) return robot.createRepositories && mayInNamespace(robot, namespace, 'push');
  return includesLevel(await namespaceAccess(q, account, namespace), 'admin');
}

/** What an account is to an organization. */
export type OrganizationRole = 'owner' | 'member';

/** Whether an account is in a team. */
export async function isInTeam(q: Queryable, teamId: string, accountId: string): Promise<boolean> {
  const { rowCount } = await q.query('SELECT FROM accounts.team_members WHERE team_id = $1 AND user_id = $2', [
    teamId,
    accountId,
  ]);
  return rowCount === 1;
}

/** What an account is to an organization; system administrators are as good as owners. Undefined for strangers. */
export async function organizationRole(
  q: Queryable,
  account: Account,
  organizationId: string,
): Promise<OrganizationRole | undefined> {
  if (account.isAdmin) return 'owner';
  const { rows } = await q.query<{ isOwner: boolean }>(
    `SELECT is_owner AS "isOwner" FROM accounts.members WHERE org_id = $1 AND user_id = $2`,
    [organizationId, account.id],
  );
  if (!rows[0]) return undefined;
  return rows[0].isOwner ? 'owner' : 'member';
}
