import type { FastifyReply, FastifyRequest } from 'fastify';
import { authenticate, type Caller } from './authenticate.ts';
import { networksOf } from '../../accounts/sign-in/networks.ts';
import type { Account } from '../../accounts/accounts.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { apiService } from '../../accounts/tokens/tokens.ts';
import type { CallerDeps, ApiInstance } from './instance.ts';
import { authorizeRoute, type RouteParams } from './route-access.ts';
import { createRequestPace, type Place, type RequestPace } from './request-pace.ts';

// Of a namespace and a repository in it.
const maxNameLength = 511;

// Whoever has not signed in has little to say, and could say it over very many connections at once.
const maxAnonymousBodyBytes = 64 * 1024;

// What changes nothing (RFC 9110, section 9.2.1).
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Puts the one access check before every route, and refuses to start with a route that declares no access. Whoever has
 * signed in waits for a place of the account, and anybody for one of the network where the route says so.
 */
export function checkAccess(app: ApiInstance, deps: CallerDeps, pace: RequestPace = createRequestPace()): void {
  const waiter = createWaiter(pace);
  app.decorateRequest('account', null);
  app.decorateRequest('session', null);
  app.decorateRequest('generations', null);
  app.decorateRequest('place', null);
  app.decorateRequest('isWorkedAt', false);
  app.addHook('onRoute', (route) => {
    const { url, method, config, handler } = route;
    if (!config?.access) throw new Error(`route ${String(method)} ${url} declares no access`);
    if (config.access === 'anonymous') route.bodyLimit ??= maxAnonymousBodyBytes;
    route.handler = async function (request, reply) {
      // From here on the work goes on to its end, also where the client has gone.
      request.isWorkedAt = true;
      try {
        return await handler.call(this, request, reply);
      } finally {
        request.place?.leave();
      }
    };
  });
  // What is sent may go on for long, such as a log that is followed.
  app.addHook('onSend', (request, _reply, _payload, done) => {
    request.place?.leave();
    done();
  });
  app.addHook('onRequest', async (request, reply) => {
    const { access, pace: paced = access === 'anonymous' ? 'none' : 'account' } = request.routeOptions.config;
    // No route: the answer will be 404, which tells nobody anything.
    if (access === undefined) return;
    if (paced === 'network')
      await waiter(`network ${networksOf(deps.clientAddress(request.raw)).network}`, request, reply);
    if (access === 'anonymous') return;
    let caller = await requireCaller(deps, request);
    const hasWaited = paced === 'account' && (await waiter(`account ${caller.account.name}`, request, reply));
    // What was taken away meanwhile holds.
    if (hasWaited) caller = await requireCaller(deps, request);
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

async function requireCaller(deps: CallerDeps, request: FastifyRequest): Promise<Caller> {
  const caller = await authenticate(deps, request.raw);
  if (caller) return caller;
  throw new DomainError(
    'NOT_AUTHENTICATED',
    `sign in: send Authorization: Basic, or Bearer with a token of /auth/token?service=${apiService}, or begin a session at /enzi/v0/login`,
  );
}

/** Makes the function that has a request wait for its place, which it keeps until it is answered. Gives whether it had to. */
function createWaiter({ enter }: RequestPace) {
  return async (caller: string, request: FastifyRequest, { raw }: FastifyReply): Promise<boolean> => {
    const gone = new AbortController();
    if (raw.destroyed) gone.abort();
    raw.once('close', () => {
      gone.abort();
      if (!request.isWorkedAt) request.place?.leave();
    });
    const isChange = !safeMethods.has(request.method);
    const place: Place = await enter({ caller, isChange, gone: gone.signal });
    request.place = place;
    if (raw.destroyed) place.leave();
    return place.hasWaited;
  };
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
