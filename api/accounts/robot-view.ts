import { type Static, Type } from 'typebox';
import { robotActions } from '../../accounts/policy/robot-rights.ts';
import type { RobotRow } from '../../accounts/robot-store.ts';
import { allReadOnly, listOf, oneOf, readOnly, Timestamp } from '../http/schemas.ts';

/** How the API says that a robot does not expire, or was not used. */
export const never = 'never';

const RobotRights = Type.Object({
  isActive: Type.Boolean(),
  createRepositories: Type.Boolean({ description: 'Whether pushes of the robot make repositories that are not there' }),
  expiresAt: Type.String({ description: 'A time by RFC 3339, or `never`' }),
  permissions: listOf(
    Type.Object({
      repository: Type.String({ description: '`<namespace>/<name>`, or `<namespace>/*` for all of a namespace' }),
      actions: listOf(oneOf(robotActions)),
    }),
  ),
});

/** A robot; its secret is shown where it is made. */
export const RobotView = Type.Object(
  {
    ...allReadOnly({
      id: Type.String(),
      name: Type.String({ description: 'What it signs in with' }),
      namespace: Type.String({ description: 'Whose administrators run it; empty: system administrators alone' }),
    }),
    description: Type.String(),
    ...RobotRights.properties,
    ...allReadOnly({
      createdBy: Type.String(),
      createdAt: Timestamp,
      lastUsed: Type.String({ description: 'A time by RFC 3339, or `never`' }),
      isExpired: Type.Boolean(),
    }),
  },
  { title: 'Robot' },
);

/** A robot with the secret that it has just got. */
export const RobotWithSecretView = Type.Object(
  { ...RobotView.properties, secret: readOnly(Type.String()) },
  { title: 'RobotWithSecret' },
);

/** What a robot may do, as the API shows it. */
export function rightsOf({
  isActive,
  createRepositories,
  expiresAt,
  permissions,
}: RobotRow): Static<typeof RobotRights> {
  return {
    isActive,
    createRepositories,
    expiresAt: expiresAt?.toISOString() ?? never,
    permissions: permissions.map((each) => ({
      repository: `${each.namespace}/${each.repository}`,
      actions: each.actions,
    })),
  };
}

/** A robot as the API shows it. */
export function viewRobot(row: RobotRow): Static<typeof RobotView> {
  const { expiresAt, lastUsed, namespace, ...robot } = row;
  return {
    ...robot,
    ...rightsOf(row),
    namespace: namespace ?? '',
    isExpired: expiresAt !== null && expiresAt.getTime() <= Date.now(),
    lastUsed: lastUsed?.toISOString() ?? never,
  };
}
