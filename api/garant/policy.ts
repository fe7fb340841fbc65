import type { Queryable } from '../../database/pool.ts';
import { type Account, findActiveAccount } from '../enzi/accounts.ts';
import type { Scope } from './scopes.ts';

/**
 * The namespaces in which an account may read every repository; what is public may be read by everybody besides.
 *
 * @param subject account name; empty: nobody has signed in
 */
export async function readableNamespaces(q: Queryable, subject: string): Promise<'all' | readonly string[]> {
  const account = subject === '' ? undefined : await findActiveAccount(q, subject);
  if (!account) return [];
  return account.isAdmin ? 'all' : [account.name];
}

/**
 * Who may do what: gives the part of the asked scopes that an account is granted. System administrators may do
 * everything, owners of a namespace everything in it, and everybody may pull from public repositories.
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
  const [namespace, ...rest] = scope.name.split('/');
  if (account && account.name === namespace) return scope.actions;
  if (!scope.actions.includes('pull')) return [];
  const { rowCount } = await q.query(
    `SELECT FROM registry.repositories WHERE namespace = $1 AND name = $2 AND visibility = 'public'`,
    [namespace, rest.join('/')],
  );
  return rowCount === 1 ? ['pull'] : [];
}
