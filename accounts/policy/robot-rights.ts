/** What robots may be permitted to do with a repository: the actions of the registry (Docker token specification). */
export const robotActions = ['pull', 'push', 'delete'] as const;
export type RobotAction = (typeof robotActions)[number];

/** Stands for every repository of a namespace, those to come included. */
export const everyRepository = '*';

/** What a robot may do with one repository, or with all of a namespace. */
export interface RobotPermission {
  readonly namespace: string;
  /** A name, or `everyRepository`. */
  readonly repository: string;
  readonly actions: readonly RobotAction[];
}

/** All that a robot may do. */
export interface RobotRights {
  /** Null: it does not expire. */
  readonly expiresAt: Date | null;
  /** Whether its pushes make repositories that are not there. */
  readonly createRepositories: boolean;
  readonly permissions: readonly RobotPermission[];
}

/** What a robot may do with a repository, which need not exist. */
export function permittedActions(
  { permissions }: RobotRights,
  namespace: string,
  repository: string,
): ReadonlySet<RobotAction> {
  return new Set(
    permissions
      .filter((each) => each.namespace === namespace && [repository, everyRepository].includes(each.repository))
      .flatMap(({ actions }) => actions),
  );
}

/** Whether a robot may do something with at least one repository of a namespace. */
export function mayInNamespace({ permissions }: RobotRights, namespace: string, action: RobotAction): boolean {
  return permissions.some((each) => each.namespace === namespace && each.actions.includes(action));
}
