import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';
import type { RepositoryName } from '../repositories/names.ts';

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

/** Credentials that name nobody, or are wrong; the message is shown to the client and must not repeat them. */
export class InvalidCredentialsError extends Error {
  override name = 'InvalidCredentialsError';
}

export interface AccessDeps {
  /** How the client of a request reaches this server, without a slash at the end. */
  readonly publicUrlOf: (request: IncomingMessage) => string;
  /** The audience that the challenge names. */
  readonly service: string;
  /** @throws InvalidTokenError */
  readonly verifyToken: (jwt: string) => Promise<TokenClaims>;
  /**
   * Signs in whoever sends `Authorization: Basic`, and gives what a token with the wanted grants would say; undefined where
   * the header holds no credentials.
   *
   * @throws InvalidCredentialsError; RegistryError TOOMANYREQUESTS, UNAVAILABLE, DENIED
   */
  readonly grantBasic: (request: IncomingMessage, wanted: readonly AccessGrant[]) => Promise<TokenClaims | undefined>;
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

/** What one request asks for, as its route, its path and, for a mount, its query say it. */
interface Asked {
  readonly access: RouteAccess;
  readonly repository: RepositoryName | undefined;
  readonly mountFrom: string | undefined;
}

/**
 * Makes the one check that every request passes before its handler runs.
 *
 * The check takes the request, what its route declares, the repository that the path names (undefined for routes of the
 * whole registry) and, for a mount, the repository to mount from, which only widens the scope of the challenge. It gives
 * the token's claims, or, of `Authorization: Basic`, those that a token would have.
 *
 * It throws RegistryError with 401 and a challenge: UNAUTHORIZED without a usable token, DENIED with one that lacks the
 * action, so that a client knows to fetch a wider one (Docker token specification, "How to authenticate"). Whoever has
 * proved by Basic who they are gets no further with a token, so what they lack is DENIED with 403.
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

  async function checkToken(token: string, asked: Asked, tokenUrl: string): Promise<TokenClaims> {
    const scope = scopeOf(asked);
    let claims: TokenClaims;
    try {
      claims = await deps.verifyToken(token);
    } catch (error) {
      if (!(error instanceof InvalidTokenError)) throw error;
      throw new HttpError('UNAUTHORIZED', `the token is not valid: ${error.message}`, {
        headers: challenge(tokenUrl, scope, 'invalid_token'),
        cause: error,
      });
    }
    if (isAllowed(claims, asked)) return claims;
    throw new HttpError('DENIED', `the token does not permit to ${describe(asked)}: sign in with an account that may`, {
      status: 401,
      headers: challenge(tokenUrl, scope, 'insufficient_scope'),
      detail: { scope },
    });
  }

  async function checkBasic(req: IncomingMessage, asked: Asked, tokenUrl: string): Promise<TokenClaims | undefined> {
    const scope = scopeOf(asked);
    const claims = await deps.grantBasic(req, grantsFor(asked)).catch((error: unknown) => {
      if (!(error instanceof InvalidCredentialsError)) throw error;
      throw new HttpError('UNAUTHORIZED', error.message, {
        headers: challenge(tokenUrl, scope, undefined),
        cause: error,
      });
    });
    if (!claims || isAllowed(claims, asked)) return claims;
    throw new HttpError('DENIED', `this account may not ${describe(asked)}: sign in with one that may`, {
      detail: { scope },
    });
  }

  return async (req, access, repository, mountFrom) => {
    const asked = { access, repository, mountFrom };
    const tokenUrl = `${deps.publicUrlOf(req)}/auth/token`;
    const authorization = req.headers.authorization ?? '';
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token !== undefined) return checkToken(token, asked, tokenUrl);
    const claims = /^Basic\b/i.test(authorization) ? await checkBasic(req, asked, tokenUrl) : undefined;
    if (claims) return claims;
    throw new HttpError('UNAUTHORIZED', `authentication is required: get a token from ${tokenUrl}`, {
      headers: challenge(tokenUrl, scopeOf(asked), undefined),
    });
  };
}

function isAllowed(claims: TokenClaims, { access, repository }: Asked): boolean {
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

/** What was asked for, in words, after "may not" or "to". */
function describe({ access, repository }: Asked): string {
  if (!repository) return 'list the catalog of this registry';
  return `${access} the repository ${repository.full}`;
}

function scopeOf({ access, repository, mountFrom }: Asked): string {
  if (access === 'catalog') return 'registry:catalog:*';
  if (access === 'authenticated' || !repository) return '';
  const scope = `repository:${repository.full}:${scopeActions[access]}`;
  return mountFrom === undefined || mountFrom === repository.full ? scope : `${scope} repository:${mountFrom}:pull`;
}

/**
 * What is granted to whoever asks by Basic, as far as they may: on the repository everything, as a client asks a token of
 * it for all that it is going to do. What is read by somebody who may push is kept until the push is over.
 */
function grantsFor({ access, repository, mountFrom }: Asked): AccessGrant[] {
  if (access === 'catalog') return [{ type: 'registry', name: 'catalog', actions: ['*'] }];
  if (access === 'authenticated' || !repository) return [];
  const own: AccessGrant = { type: 'repository', name: repository.full, actions: Object.keys(scopeActions) };
  if (mountFrom === undefined || mountFrom === repository.full) return [own];
  return [own, { type: 'repository', name: mountFrom, actions: ['pull'] }];
}
