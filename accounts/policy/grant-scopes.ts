import type { Queryable } from '../../database/pool.ts';
import type { Account } from '../accounts.ts';
import type { Scope } from '../tokens/scopes.ts';
import { actionsOnEach, type RepositoryPath } from './access.ts';

/**
 * Gives the part of the asked scopes that an account is granted. It takes one statement at the most.
 *
 * @param account undefined: nobody has signed in
 * @param repositoryName the name under which the policy knows what a scope calls so
 */
export async function grantScopes(
  q: Queryable,
  account: Account | undefined,
  asked: readonly Scope[],
  repositoryName: (name: string) => string = (name) => name,
): Promise<Scope[]> {
  if (account?.isAdmin) return asked.filter(({ actions }) => actions.length > 0);
  const repositories = asked.filter(({ type }) => type === 'repository');
  const paths = repositories.map(({ name }) => parsePath(repositoryName(name)));
  const allowed = await actionsOnEach(q, account, paths);
  const actionsOf = new Map(repositories.map((scope, index) => [scope, allowed[index]]));
  return asked
    .map((scope) => ({
      ...scope,
      actions: scope.actions.filter((action) => actionsOf.get(scope)?.has(action) ?? mayList(scope, action)),
    }))
    .filter(({ actions }) => actions.length > 0);
}

/** The catalog and a search show everybody what they may read, and no more. */
function mayList({ type, name }: Scope, action: string): boolean {
  return type === 'registry' && name === 'catalog' && (action === '*' || action === 'search');
}

function parsePath(fullName: string): RepositoryPath {
  const [namespace = '', ...rest] = fullName.split('/');
  return { namespace, name: rest.join('/') };
}
