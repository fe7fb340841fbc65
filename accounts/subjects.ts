import type { Queryable } from '../database/pool.ts';
import { isRobotName } from '../events/actor.ts';
import { findActiveAccount } from './accounts.ts';
import type { TokenHolder } from './token-holder.ts';
import type { RobotRights } from './policy/robot-rights.ts';

/** The permissions of the robot `b` as JSON, in SQL. */
export const robotPermissionsJson = `(SELECT coalesce(json_agg(json_build_object(
    'namespace', p.namespace, 'repository', p.repository, 'actions', p.actions) ORDER BY p.namespace, p.repository), '[]')
  FROM accounts.robot_permissions p WHERE p.robot_id = b.id)`;

interface RobotRow extends RobotRights {
  readonly id: string;
  readonly name: string;
  readonly tokenGeneration: number;
}

const selectRobot = `SELECT b.id, b.name, b.expires_at AS "expiresAt", b.create_repositories AS "createRepositories",
    b.token_generation AS "tokenGeneration", ${robotPermissionsJson} AS permissions
  FROM accounts.robots b WHERE b.name = $1 AND b.is_active AND coalesce(b.expires_at > now(), true)`;

function toAccount(row: RobotRow | undefined): TokenHolder | undefined {
  if (!row) return undefined;
  const { id, name, tokenGeneration, ...robot } = row;
  return { id, name, isAdmin: false, tokenGeneration, robot };
}

/** The active user, or the robot that is active and has not expired, of this name; or undefined. */
export async function findActiveSubject(q: Queryable, name: string): Promise<TokenHolder | undefined> {
  if (!isRobotName(name)) return findActiveAccount(q, name);
  const { rows } = await q.query<RobotRow>({ name: 'find-active-robot', text: selectRobot, values: [name] });
  return toAccount(rows[0]);
}

/** The robot of this name, if it may sign in and has the secret of this hash. */
export async function findRobotBySecret(
  q: Queryable,
  name: string,
  secretHash: string,
): Promise<TokenHolder | undefined> {
  const { rows } = await q.query<RobotRow>({
    name: 'find-robot-by-secret',
    text: `${selectRobot} AND b.secret_hash = $2`,
    values: [name, secretHash],
  });
  return toAccount(rows[0]);
}
