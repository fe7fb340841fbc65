/** The roles that answer requests. */
export const httpRoles = ['api', 'garant', 'registry'] as const;

/** What a process does. One machine plays all roles in one process; on Kubernetes each is a workload. */
export const roles = [...httpRoles, 'worker'] as const;

export type Role = (typeof roles)[number];

/** The text is not a list of roles. The message names those that there are. */
export class UnknownRoleError extends Error {
  override name = 'UnknownRoleError';
}

/**
 * Reads a list of roles parted by commas, such as `api,garant`.
 *
 * @throws UnknownRoleError
 */
export function parseRoles(text: string): ReadonlySet<Role> {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const parsed = names.map((name) => {
    const role = roles.find((candidate) => candidate === name);
    if (!role) throw new UnknownRoleError(`there is no role "${name}"; the roles are ${roles.join(', ')}`);
    return role;
  });
  if (parsed.length === 0) throw new UnknownRoleError(`name at least one role of ${roles.join(', ')}`);
  return new Set(parsed);
}
