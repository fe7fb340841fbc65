import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '../database/pool.ts';
import { type TransactionSource, withTransaction } from '../database/transaction.ts';
import { assertWithinLimit } from '../settings/limits.ts';
import { isId } from './account-store.ts';
import { noSuchAccount } from '../errors/domain-error.ts';
import { hashClientToken, makeClientToken } from './client-secrets.ts';
import type { RobotPermission, RobotRights } from './policy/robot-rights.ts';
import { robotPermissionsJson } from './subjects.ts';

/** A robot account. Of its secret only a hash is stored. */
export interface RobotRow extends RobotRights {
  readonly id: string;
  /** What it signs in with: `robot$<namespace>+<name>`. */
  readonly name: string;
  /** Whose administrators run it; null: system administrators alone. */
  readonly namespace: string | null;
  readonly description: string;
  readonly isActive: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Null: never. */
  readonly lastUsed: Date | null;
}

const columns = `b.id, b.name, b.namespace, b.description, b.is_active AS "isActive", b.expires_at AS "expiresAt",
  b.create_repositories AS "createRepositories", b.created_by AS "createdBy", b.created_at AS "createdAt",
  b.last_used_at AS "lastUsed", ${robotPermissionsJson} AS permissions`;

/** Which robots are listed: those of some namespaces, or all of them. */
export interface RobotFilter {
  /** Undefined: every robot, also those of no namespace. */
  readonly namespaces: readonly string[] | undefined;
}

/** A page of robots by name, from the one of the id `pageStart` on; empty where there is no such robot. */
export async function listRobots(
  q: Queryable,
  { namespaces }: RobotFilter,
  page: { readonly pageStart?: string | undefined; readonly pageSize: number },
): Promise<RobotRow[]> {
  const { rows } = await q.query<RobotRow>(
    `SELECT ${columns} FROM accounts.robots b
     WHERE ($1::text[] IS NULL OR b.namespace = ANY ($1))
       AND ($2::uuid IS NULL OR b.name >= (SELECT name FROM accounts.robots WHERE id = $2))
     ORDER BY b.name LIMIT $3`,
    [namespaces ?? null, page.pageStart ?? null, page.pageSize],
  );
  return rows;
}

/** How many robots there are. */
export async function countRobots(q: Queryable, { namespaces }: RobotFilter): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    'SELECT count(*) AS count FROM accounts.robots WHERE $1::text[] IS NULL OR namespace = ANY ($1)',
    [namespaces ?? null],
  );
  return rows[0]?.count ?? 0;
}

/** The robot of this name or id, or undefined. */
export async function findRobot(q: Queryable, nameOrId: string): Promise<RobotRow | undefined> {
  const { rows } = await q.query<RobotRow>(
    `SELECT ${columns} FROM accounts.robots b WHERE ${isId(nameOrId) ? 'b.id = $1::uuid' : 'b.name = $1'}`,
    [nameOrId],
  );
  return rows[0];
}

export type NewRobot = Omit<RobotRow, 'id' | 'isActive' | 'createdAt' | 'lastUsed'>;

/** A robot with the secret that is shown this once. */
export interface RobotWithSecret {
  readonly robot: RobotRow;
  readonly secret: string;
}

/**
 * Makes a robot. Undefined where there is one of this name already.
 *
 * @throws DomainError NO_SUCH_ACCOUNT where a permission names a namespace that is not there; LimitReachedError
 */
export async function insertRobot(source: TransactionSource, robot: NewRobot): Promise<RobotWithSecret | undefined> {
  const secret = makeClientToken('jrrs');
  return withTransaction(source, async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      `INSERT INTO accounts.robots (name, namespace, description, create_repositories, expires_at, secret_hash, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING id`,
      [
        robot.name,
        robot.namespace,
        robot.description,
        robot.createRepositories,
        robot.expiresAt,
        hashClientToken(secret),
        robot.createdBy,
      ],
    );
    const id = rows[0]?.id;
    if (id === undefined) return undefined;
    await assertRoomForRobot(tx, robot.namespace);
    await insertPermissions(tx, id, robot.permissions);
    const made = await findRobot(tx, id);
    return made && { robot: made, secret };
  });
}

async function assertRoomForRobot(tx: Queryable, namespace: string | null): Promise<void> {
  const isOf = namespace === null ? 'IS NULL' : '= $1';
  await assertWithinLimit(tx, {
    limit: namespace === null ? 'maxRobotsOfInstallation' : 'maxRobotsPerNamespace',
    place: namespace ?? '',
    things: `SELECT FROM accounts.robots WHERE namespace ${isOf}`,
    values: namespace === null ? [] : [namespace],
  });
}

/** In as many statements for a thousand permissions as for one. */
async function insertPermissions(tx: Queryable, id: string, permissions: readonly RobotPermission[]): Promise<void> {
  const namespaces = [...new Set(permissions.map(({ namespace }) => namespace))];
  // They stay until the transaction ends.
  const { rows } = await tx.query<{ name: string }>(
    'SELECT name FROM accounts.accounts WHERE name = ANY ($1) ORDER BY name FOR KEY SHARE',
    [namespaces],
  );
  const found = new Set(rows.map(({ name }) => name));
  const missing = namespaces.find((name) => !found.has(name));
  if (missing !== undefined) throw noSuchAccount(missing);
  await tx.query(
    `INSERT INTO accounts.robot_permissions (robot_id, namespace, repository, actions)
     SELECT $1, p.namespace, p.repository, p.actions
     FROM jsonb_to_recordset($2::jsonb) AS p (namespace text, repository text, actions text[])`,
    [id, JSON.stringify(permissions)],
  );
}

export type RobotChanges = {
  readonly [Field in 'description' | 'isActive' | 'createRepositories' | 'expiresAt' | 'permissions']?:
    RobotRow[Field] | undefined;
};

/**
 * Changes a robot; what is undefined stays. Undefined where it is gone.
 *
 * @throws DomainError NO_SUCH_ACCOUNT where a permission names a namespace that is not there
 */
export async function updateRobot(
  source: TransactionSource,
  id: string,
  changes: RobotChanges,
): Promise<RobotRow | undefined> {
  const { description, isActive, createRepositories, expiresAt, permissions } = changes;
  return withTransaction(source, async (tx) => {
    const { rowCount } = await tx.query(
      `UPDATE accounts.robots SET description = coalesce($2, description), is_active = coalesce($3, is_active),
         create_repositories = coalesce($4, create_repositories), expires_at = CASE WHEN $5 THEN $6 ELSE expires_at END
       WHERE id = $1`,
      [id, description, isActive, createRepositories, expiresAt !== undefined, expiresAt],
    );
    if (rowCount === 0) return undefined;
    const before = permissions && (await findRobot(tx, id))?.permissions;
    // To write what is there already would end the robot's tokens.
    if (permissions && !haveSame(permissions, before ?? [])) {
      await tx.query('DELETE FROM accounts.robot_permissions WHERE robot_id = $1', [id]);
      await insertPermissions(tx, id, permissions);
    }
    return findRobot(tx, id);
  });
}

function haveSame(some: readonly RobotPermission[], others: readonly RobotPermission[]): boolean {
  const lines = (permissions: readonly RobotPermission[]): string[] =>
    permissions
      .map(({ namespace, repository, actions }) => `${namespace}/${repository} ${actions.toSorted().join()}`)
      .toSorted();
  return isDeepStrictEqual(lines(some), lines(others));
}

/** Gives a robot another secret, which is shown this once; the old one ends. Undefined where the robot is gone. */
export async function rotateRobotSecret(q: Queryable, id: string): Promise<RobotWithSecret | undefined> {
  const secret = makeClientToken('jrrs');
  await q.query('UPDATE accounts.robots SET secret_hash = $2 WHERE id = $1', [id, hashClientToken(secret)]);
  const robot = await findRobot(q, id);
  return robot && { robot, secret };
}

/** Deletes a robot. Gives whether there was one. */
export async function deleteRobot(q: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM accounts.robots WHERE id = $1', [id]);
  return rowCount === 1;
}
