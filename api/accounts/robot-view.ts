import type { RobotRow } from '../../accounts/robot-store.ts';

/** How the API says that a robot does not expire, or was not used. */
export const never = 'never';

/** What a robot may do, as the API shows it. */
export function rightsOf({ isActive, createRepositories, expiresAt, permissions }: RobotRow) {
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

/** A robot as the API shows it; its secret is shown where it is made. */
export function viewRobot(row: RobotRow) {
  const { expiresAt, lastUsed, createdAt, namespace, ...robot } = row;
  return {
    ...robot,
    ...rightsOf(row),
    namespace: namespace ?? '',
    isExpired: expiresAt !== null && expiresAt.getTime() <= Date.now(),
    createdAt: createdAt.toISOString(),
    lastUsed: lastUsed?.toISOString() ?? never,
  };
}
