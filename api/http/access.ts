import type { FastifyRequest } from 'fastify';
import { authenticate } from './authenticate.ts';
import type { Account } from '../../accounts/accounts.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { apiService } from '../../accounts/tokens/tokens.ts';
import type { ApiDeps, ApiInstance } from './instance.ts';
import { authorizeRoute, type RouteParams } from './route-access.ts';

// Of a namespace and a repository in it.
const maxNameLength = 511;

// Whoever has not signed in has little to say, and could say it over very many connections at once.
const maxAnonymousBodyBytes = 64 * 1024;

/** Puts the one access check before every route, and refuses to start with a route that declares no access. */
export function checkAccess(app: ApiInstance, deps: ApiDeps): void {
  app.decorateRequest('account', null);
  app.decorateRequest('session', null);
  app.decorateRequest('generations', null);
  app.addHook('onRoute', (route) => {
    const { url, method, config } = route;
    if (!config?.access) throw new Error(`route ${String(method)} ${url} declares no access`);
    if (config.access === 'anonymous') route.bodyLimit ??= maxAnonymousBodyBytes;
  });
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    // No route: the answer will be 404, which tells nobody anything.
    if (access === undefined || access === 'anonymous') return;
    const caller = await authenticate(deps, request.raw);
    if (!caller) {
      throw new DomainError(
        'NOT_AUTHENTICATED',
        `sign in: send Authorization: Basic, or Bearer with a token of /auth/token?service=${apiService}, or begin a session at /enzi/v0/login`,
      );
    }
    request.account = caller.account;
    request.session = caller.session ?? null;
    request.generations = caller.generations;
    await authorizeRoute(deps.pool, caller.account, access, {
      action: `${request.method} ${request.routeOptions.url}`,
      params: request.params as RouteParams,
      noSuchAccount: request.routeOptions.config.noSuchAccount,
    });
  });
}

/**
 * A text in a body or query that has not been checked yet, for routes where it says what the request is about: whether
 * the caller may do that is judged before the rest is looked at. Empty where there is no such text, or one longer than
 * any name.
 */
export function unchecked(part: unknown, name: string): string {
  const value: unknown = typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined;
  return typeof value === 'string' && value.length <= maxNameLength ? value : '';
}

/**
 * The account of a request whose route is not anonymous.
 *
 * @throws Error where the route is anonymous: a mistake in the program
 */
export function requireAccount(request: FastifyRequest): Account {
  if (!request.account) throw new Error(`route ${request.routeOptions.url} asks for the account, but is anonymous`);
  return request.account;
}
