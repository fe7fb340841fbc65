import type { Queryable } from '../../database/pool.ts';
import type { Account } from '../enzi/accounts.ts';
import type { Scope } from '../garant/scopes.ts';
import { repositoryActions } from './access.ts';

/**
 * Gives the part of the asked scopes that an account is granted.
 *
 * @param account undefined: nobody has signed in
 */
export async function grantScopes(
  q: Queryable,
  account: Account | undefined,
  asked: readonly Scope[],
): Promise<Scope[]> {
  const granted = await Promise.all(
    asked.map(async (scope) => ({ ...scope, actions: await grantedActions(q, account, scope) })),
  );
  return granted.filter((scope) => scope.actions.length > 0);
}

async function grantedActions(q: Queryable, account: Account | undefined, scope: Scope): Promise<readonly string[]> {
  if (account?.isAdmin) return scope.actions;
  // The catalog shows everybody what they may read, and no more.
  if (scope.type === 'registry')
    return scope.name === 'catalog' ? scope.actions.filter((action) => action === '*') : [];
  const [namespace = '', ...rest] = scope.name.split('/');
  const allowed = await repositoryActions(q, account, namespace, rest.join('/'));
  return scope.actions.filter((action) => allowed.has(action));
}
