import type { Queryable } from '../../database/pool.ts';
import { findAccount } from '../../accounts/account-store.ts';
import { requireOrganization } from '../../accounts/named.ts';
import { findTeam } from '../../accounts/team-store.ts';
import { type Account, namespaceExists } from '../../accounts/accounts.ts';
import { DomainError, noSuchAccount, noSuchRepository } from '../../errors/domain-error.ts';
import type { RouteAccess } from './instance.ts';
import {
  includesLevel,
  isInTeam,
  namespaceAccess,
  organizationRole,
  repositoryAccess,
  repositoryActions,
} from '../../accounts/policy/access.ts';

/** What a path names, by the names that routes give it. */
export interface RouteParams {
  readonly username?: string;
  readonly organization?: string;
  readonly team?: string;
  readonly namespace?: string;
  readonly reponame?: string;
}

// What robots may use at all, where their permissions allow it.
const forRobots: ReadonlySet<RouteAccess> = new Set(['subject', 'repository-read', 'repository-delete']);

interface RouteUse {
  /** The method and the template of the path, for messages. */
  readonly action: string;
  readonly params: RouteParams;
  /** The code for a user that is not there; undefined: NO_SUCH_ACCOUNT. */
  readonly noSuchAccount?: 'NO_SUCH_USER' | undefined;
}

/**
 * Checks that somebody who has signed in may use a route on what its path names. What somebody may not
 * see is answered as if it were not there.
 *
 * @throws DomainError NOT_AUTHORIZED; NO_SUCH_ACCOUNT or NO_SUCH_REPOSITORY where the path names nothing
 */
export async function authorizeRoute(
  q: Queryable,
  account: Account,
  access: Exclude<RouteAccess, 'anonymous'>,
  { action, params, noSuchAccount: code }: RouteUse,
): Promise<void> {
  const { namespace = '', reponame = '', organization = '', team = '', username = '' } = params;
  const refuse = (who: string): never => {
    throw new DomainError('NOT_AUTHORIZED', `only ${who} may ${action}`);
  };
  if (account.robot && !forRobots.has(access)) {
    throw new DomainError('NOT_AUTHORIZED', `a robot may not ${action}: sign in as a user`);
  }
  switch (access) {
    case 'subject':
    case 'authenticated':
      return;
    case 'system-admin':
      if (!account.isAdmin) refuse('system administrators');
      return;
    case 'self': {
      const named = await findAccount(q, username);
      const isSelf = named?.id === account.id;
      if (!isSelf && !account.isAdmin) refuse(`"${username}" and system administrators`);
      if (named) return;
      throw code === undefined ? noSuchAccount(username) : new DomainError(code, `there is no user "${username}"`);
    }
    case 'team-member': {
      const named = await requireOrganization(q, organization);
      const role = await organizationRole(q, account, named.id);
      const found = role && (await findTeam(q, named.id, team));
      const mayUse = role === 'owner' || (found !== undefined && (await isInTeam(q, found.id, account.id)));
      if (!mayUse) refuse(`members of the team "${team}" and owners of "${named.name}"`);
      return;
    }
    case 'organization-member':
    case 'organization-owner': {
      const named = await requireOrganization(q, organization);
      const role = await organizationRole(q, account, named.id);
      if (role === undefined || (access === 'organization-owner' && role !== 'owner')) {
        refuse(`${access === 'organization-owner' ? 'owners' : 'members'} of the organization "${named.name}"`);
      }
      return;
    }
    case 'namespace-member': {
      const named = await findAccount(q, namespace);
      if (!named) throw noSuchAccount(namespace);
      const isMember = named.id === account.id || (await organizationRole(q, account, named.id)) !== undefined;
      if (!isMember) refuse(`members of "${namespace}"`);
      return;
    }
    case 'namespace-admin':
      if (!includesLevel(await namespaceAccess(q, account, namespace), 'admin')) {
        refuse(`administrators of the namespace "${namespace}"`);
      }
      if (!(await namespaceExists(q, namespace))) throw noSuchAccount(namespace);
      return;
    case 'repository-read':
    case 'repository-delete':
    case 'repository-admin': {
      const { repositoryId, level } = await repositoryAccess(q, account, namespace, reponame);
      if (repositoryId === undefined || level === undefined) throw noSuchRepository(namespace, reponame);
      if (access === 'repository-admin' && !includesLevel(level, 'admin')) {
        refuse(`administrators of the repository ${namespace}/${reponame}`);
      }
      if (access === 'repository-delete') {
        const actions = await repositoryActions(q, account, namespace, reponame);
        if (!actions.has('delete')) refuse(`those who may delete from the repository ${namespace}/${reponame}`);
      }
      return;
    }
  }
}
