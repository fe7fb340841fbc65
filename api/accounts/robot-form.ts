import { Type, type Static } from 'typebox';
import { RegistryError } from '../../registry/errors.ts';
import { isNameComponent, parseRepositoryName } from '../../registry/repositories/names.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { nameText } from '../http/names.ts';
import { readTime, TimeText } from '../http/times.ts';
import { everyRepository, robotActions, type RobotPermission } from '../../accounts/policy/robot-rights.ts';
import { robotPrefix } from '../../events/actor.ts';
import { formOf } from '../http/object-form.ts';
import { never, RobotView } from './robot-view.ts';

const maxPermissions = 500;
const Description = Type.String({ maxLength: 1_000 });
const Permissions = Type.Array(
  Type.Object(
    {
      repository: nameText({ minLength: 1 }),
      actions: Type.Array(Type.Enum([...robotActions]), {
        minItems: 1,
        maxItems: robotActions.length,
        uniqueItems: true,
      }),
    },
    { additionalProperties: false },
  ),
  { minItems: 1, maxItems: maxPermissions },
);

/** The body that makes a robot. */
export const newRobotForm = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    // Empty: the robot is one of system administrators, and may be permitted things in any namespace.
    namespace: nameText({ default: '' }),
    description: Type.Optional(Description),
    permissions: Permissions,
    createRepositories: Type.Boolean({ default: false }),
    expiresAt: Type.Optional(TimeText),
  },
  { additionalProperties: false },
);

/** The body that changes a robot. */
export const robotChangesForm = formOf(RobotView, {
  description: Type.Optional(Description),
  permissions: Type.Optional(Permissions),
  createRepositories: Type.Optional(Type.Boolean()),
  isActive: Type.Optional(Type.Boolean()),
  expiresAt: Type.Optional(TimeText),
});

/**
 * What a robot signs in with.
 *
 * @throws DomainError INVALID_ACCOUNT_NAME
 */
export function robotName(namespace: string, name: string): string {
  if (isNameComponent(name)) return `${robotPrefix}${namespace === '' ? '' : `${namespace}+`}${name}`;
  throw new DomainError(
    'INVALID_ACCOUNT_NAME',
    `"${name}" cannot be the name of a robot: use lower-case letters and digits, with single ".", "_", "__" or any number of "-" between them; the beginning robot$<namespace>+ comes by itself`,
  );
}

/**
 * Reads permissions as the API takes them.
 *
 * @param namespace the one that the robot belongs to; null: none, so it may be permitted things in any
 * @throws DomainError INVALID_REPOSITORY_NAME; INVALID_PARAMETERS for another namespace, or a repository named twice
 */
export function readPermissions(forms: Static<typeof Permissions>, namespace: string | null): RobotPermission[] {
  const permissions = forms.map(({ repository, actions }) => ({ ...readTarget(repository), actions }));
  const foreign = permissions.find((each) => namespace !== null && each.namespace !== namespace);
  if (foreign) {
    throw new DomainError(
      'INVALID_PARAMETERS',
      `the robot belongs to the namespace "${namespace}", and cannot be permitted anything in "${foreign.namespace}": system administrators make robots for several namespaces, by leaving out "namespace"`,
    );
  }
  const names = new Set<string>();
  for (const { repository } of forms) {
    if (names.has(repository)) {
      throw new DomainError(
        'INVALID_PARAMETERS',
        `permissions name "${repository}" twice: give all its actions at once`,
      );
    }
    names.add(repository);
  }
  return permissions;
}

function readTarget(text: string): { readonly namespace: string; readonly repository: string } {
  const all = `/${everyRepository}`;
  const isAll = text.endsWith(all);
  try {
    // Any name will do to see whether the namespace can be one.
    const { namespace, name } = parseRepositoryName(isAll ? `${text.slice(0, -all.length)}/a` : text);
    if (!isAll || name === 'a') return { namespace, repository: isAll ? everyRepository : name };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new DomainError('INVALID_REPOSITORY_NAME', `in permissions, ${error.message}`, { cause: error });
  }
  throw new DomainError(
    'INVALID_REPOSITORY_NAME',
    `permissions name "${text}": use <namespace>/<name> for one repository, or <namespace>/* for all of a namespace`,
  );
}

/**
 * Reads when a robot is to expire; null: never.
 *
 * @param current when it does, which may have passed
 * @throws DomainError INVALID_PARAMETERS
 */
export function readExpiry(text: string, current: Date | null = null): Date | null {
  if (text === never) return null;
  const date = readTime('expiresAt', text);
  if (date && (date.getTime() > Date.now() || date.getTime() === current?.getTime())) return date;
  throw new DomainError(
    'INVALID_PARAMETERS',
    `expiresAt "${text}" is neither "never" nor a time to come such as 2030-01-31T00:00:00Z`,
  );
}
