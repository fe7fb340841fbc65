import type { IncomingMessage } from 'node:http';
import { RegistryError } from './errors.ts';
import type { RepositoryName } from './names.ts';

/** What a route asks of the token: an action on the repository that the path names, or one on the whole registry. */
export type RouteAccess = 'authenticated' | 'catalog' | RepositoryAction;
export type RepositoryAction = 'pull' | 'push' | 'delete';

/** One thing that a token permits (Docker token specification, "access"). */
export interface AccessGrant {
  readonly type: 'repository' | 'registry';
  /** `namespace/name`, or `catalog`. */
  readonly name: string;
  readonly actions: readonly string[];
}

/** What a verified token says. */
export interface TokenClaims {
  /** Account name; empty: anonymous. */
  readonly subject: string;
  readonly access: readonly AccessGrant[];
}

/** A bearer token that cannot be used; the message is shown to the client and must not repeat the token. */
export class InvalidTokenError extends Error {
  override name = 'InvalidTokenError';
}

export interface AccessDeps {
  /** How the client of a request reaches this server, without a slash at the end. */
  readonly publicUrlOf: (request: IncomingMessage) => string;
  /** The audience that the challenge names. */
  readonly service: string;
  /** @throws InvalidTokenError */
  readonly verifyToken: (jwt: string) => Promise<TokenClaims>;
}

/** Whether the token permits `action` on the repository `name`. */
export function mayAct(claims: TokenClaims, name: string, action: RepositoryAction): boolean {
  return isGranted(claims, 'repository', name, action);
}

function isGranted(claims: TokenClaims, type: AccessGrant['type'], name: string, action: string): boolean {
  return claims.access.some(
    (grant) =>
      grant.type === type && grant.name === name && (grant.actions.includes(action) || grant.actions.includes('*')),
  );
}

// What a client has to ask for: somebody who pushes also reads back what is there.
const scopeActions = { pull: 'pull', push: 'pull,push', delete: 'delete' } as const satisfies Record<
  RepositoryAction,
  string
>;

/**
 * Makes the one check that every request passes before its handler runs.
 *
 * The check takes the request, what its route declares, the repository that the path names (undefined for routes of the
 * whole registry) and, for a mount, the repository to mount from, which only widens the scope of the challenge. It gives
 * the token's claims.
 *
 * It throws RegistryError with 401 and a challenge: UNAUTHORIZED without a usable token, DENIED with one that lacks the
 * action, so that a client knows to fetch a wider one (Docker token specification, "How to authenticate").
 */
export function createAccessCheck(
  deps: AccessDeps,
): (
  req: IncomingMessage,
  access: RouteAccess,
  repository: RepositoryName | undefined,
  mountFrom: string | undefined,
) => Promise<TokenClaims> {
  function challenge(tokenUrl: string, scope: string, error: string | undefined): Record<string, string> {
    const parts = [`Bearer realm="${tokenUrl}",service="${deps.service}"`];
    if (scope) parts.push(`scope="${scope}"`);
    if (error) parts.push(`error="${error}"`);
    return { 'WWW-Authenticate': parts.join(',') };
  }

  return async (req, access, repository, mountFrom) => {
    const scope = scopeOf(access, repository, mountFrom);
    const tokenUrl = `${deps.publicUrlOf(req)}/auth/token`;
    const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new RegistryError('UNAUTHORIZED', `authentication is required: get a token from ${tokenUrl}`, {
        headers: challenge(tokenUrl, scope, undefined),
      });
    }
    let claims: TokenClaims;
    try {
      claims = await deps.verifyToken(token);
    } catch (error) {
      if (!(error instanceof InvalidTokenError)) throw error;
      throw new RegistryError('UNAUTHORIZED', `the token is not valid: ${error.message}`, {
        headers: challenge(tokenUrl, scope, 'invalid_token'),
        cause: error,
      });
    }
    if (!isAllowed(claims, access, repository)) {
      const where = repository ? `the repository ${repository.full}` : 'the catalog of this registry';
      const what = access === 'catalog' ? 'list' : access;
      throw new RegistryError(
        'DENIED',
        `the token does not permit to ${what} ${where}: sign in with an account that may`,
        {
          status: 401,
          headers: challenge(tokenUrl, scope, 'insufficient_scope'),
          detail: { scope },
        },
      );
    }
    return claims;
  };
}

function isAllowed(claims: TokenClaims, access: RouteAccess, repository: RepositoryName | undefined): boolean {
  switch (access) {
    case 'authenticated':
      return true;
    case 'catalog':
      return isGranted(claims, 'registry', 'catalog', '*');
    case 'pull':
    case 'push':
    case 'delete':
      return repository !== undefined && mayAct(claims, repository.full, access);
  }
}

function scopeOf(access: RouteAccess, repository: RepositoryName | undefined, mountFrom: string | undefined): string {
  if (access === 'catalog') return 'registry:catalog:*';
  if (access === 'authenticated' || !repository) return '';
  const scope = `repository:${repository.full}:${scopeActions[access]}`;
  return mountFrom === undefined || mountFrom === repository.full ? scope : `${scope} repository:${mountFrom}:pull`;
}
