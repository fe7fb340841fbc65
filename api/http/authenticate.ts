import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Account } from '../../accounts/accounts.ts';
import { assertNotCrossSite } from '../../accounts/sign-in/csrf.ts';
import { findAccountByCertificate } from '../../accounts/sign-in/public-key-store.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { ActiveSession } from '../../accounts/sign-in/sessions.ts';
import { generationsOf, type SignedIn } from '../../accounts/sign-in/sign-in.ts';
import { apiService, TokenRejectedError, type TokenClaims } from '../../accounts/tokens/tokens.ts';
import type { CallerDeps, RepositoryDeps } from './instance.ts';
import { findActiveSubject } from '../../accounts/subjects.ts';

/** Whoever sends a request. */
export interface Caller {
  readonly account: Account;
  /** Where the cookie of a session has said who it is. */
  readonly session?: ActiveSession;
  /** What the request stands on, as tokens name it: the account and its credentials. Of a session none. */
  readonly generations: readonly number[];
}

/**
 * Who sends a request: by `Authorization: Basic` with a password, an access token or the secret of a robot, or `Bearer`
 * with a token of `/auth/token` for the API; without that header, by the cookie of a session, or else by the client certificate that
 * NGINX has verified.
 *
 * @returns undefined where the request names nobody
 * @throws DomainError NOT_AUTHENTICATED where it names somebody and the proof is wrong, TOO_MANY_REQUESTS;
 *   CROSS_SITE_REQUEST or INVALID_CSRF_TOKEN where a cookie alone is not enough
 */
export async function authenticate(deps: CallerDeps, request: IncomingMessage): Promise<Caller | undefined> {
  const { scheme, value } = readAuthorization(request.headers);
  if (scheme === undefined) {
    const session = await deps.sessions.find(request);
    if (session) return { account: session.account, session, generations: [] };
  }
  if (scheme !== 'bearer') {
    const signedIn = await authenticateBasic(deps, request);
    return signedIn && { account: signedIn.account, generations: generationsOf(signedIn) };
  }
  const claims = await deps.verifyToken(value).catch((error: unknown) => {
    if (!(error instanceof TokenRejectedError)) throw error;
    throw new DomainError(
      'NOT_AUTHENTICATED',
      `the token is not valid for the API: ${error.message}; get one from /auth/token?service=${apiService}`,
      { cause: error },
    );
  });
  return findHolder(deps.pool, claims);
}

/**
 * Who sends a search of a Docker engine: as {@link authenticate}, or by a token for the registry whose scopes are for a
 * search. An engine that is signed in asks for that, `registry:catalog:search`; one that is not may send an empty name and
 * password (moby, `registry/search.go` and `registry/session.go`).
 *
 * @returns undefined where the request names nobody
 * @throws DomainError as {@link authenticate}
 */
export async function authenticateSearch(
  deps: Pick<RepositoryDeps, keyof CallerDeps | 'verifyRegistryToken'>,
  request: IncomingMessage,
): Promise<Caller | undefined> {
  const { scheme, value } = readAuthorization(request.headers);
  if (scheme === 'bearer') {
    const claims = await deps.verifyRegistryToken(value).catch((error: unknown) => {
      if (!(error instanceof TokenRejectedError)) throw error;
      return undefined;
    });
    const maySearch = claims?.access.some(
      ({ type, name, actions }) => type === 'registry' && name === 'catalog' && actions.includes('search'),
    );
    if (claims && maySearch) return findHolder(deps.pool, claims);
  }
  if (scheme === 'basic' && Buffer.from(value, 'base64').toString() === ':') return undefined;
  return authenticate(deps, request);
}

async function findHolder(pool: CallerDeps['pool'], claims: TokenClaims): Promise<Caller | undefined> {
  if (claims.subject === '') return undefined;
  const account = await findActiveSubject(pool, claims.subject);
  // Sooner than this process hears of the change.
  if (!account || account.tokenGeneration !== claims.generations[0]) {
    throw new DomainError('NOT_AUTHENTICATED', 'the account of this token is no longer active, or was changed since');
  }
  return { account, generations: claims.generations };
}

/**
 * Who sends a request that may not be signed by a token: by `Authorization: Basic`, or by a client certificate.
 *
 * @returns undefined where the request names nobody
 * @throws DomainError NOT_AUTHENTICATED where it names somebody and the proof is wrong, TOO_MANY_REQUESTS; CROSS_SITE_REQUEST
 */
export async function authenticateBasic(deps: CallerDeps, request: IncomingMessage): Promise<SignedIn | undefined> {
  const { signIn, clientAddress } = deps;
  const { scheme, value } = readAuthorization(request.headers);
  if (scheme === undefined) return authenticateByCertificate(deps, request);
  if (scheme === 'bearer') {
    throw new DomainError('NOT_AUTHENTICATED', 'a token is not exchanged for another one: send Authorization: Basic');
  }
  if (scheme !== 'basic') {
    throw new DomainError('NOT_AUTHENTICATED', 'the Authorization header must be Basic or Bearer');
  }
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const address = clientAddress(request);
  // An empty name is nobody's, and so is one with a NUL, which no text of the database has: neither is worth a hash.
  const isPossible = colon > 0 && !text.includes('\0');
  const signedIn = isPossible
    ? await signIn({ name: text.slice(0, colon), secret: text.slice(colon + 1), address })
    : undefined;
  if (!signedIn) throw new DomainError('NOT_AUTHENTICATED', 'user name or password is wrong');
  return signedIn;
}

async function authenticateByCertificate(
  { pool, clientCertificate, publicUrl }: CallerDeps,
  request: IncomingMessage,
): Promise<SignedIn | undefined> {
  const certificate = clientCertificate(request);
  if (!certificate) return undefined;
  if ('problem' in certificate) {
    throw new DomainError(
      'NOT_AUTHENTICATED',
      `the client certificate is not accepted: ${certificate.problem}; show one that CLIENT_CA_FILE vouches for, or none`,
    );
  }
  const account = await findAccountByCertificate(pool, certificate.fingerprint);
  if (!account) {
    throw new DomainError(
      'NOT_AUTHENTICATED',
      `no active user has registered the client certificate of the SHA-256 fingerprint ${certificate.fingerprint}: POST it to /enzi/v0/accounts/{name}/publicKeys`,
    );
  }
  // A browser shows its certificate by itself, whichever page makes it send the request.
  assertNotCrossSite(request, publicUrl);
  const { keyGeneration, ...holder } = account;
  return { account: holder, isByCertificate: true, credentialGenerations: [keyGeneration] };
}

/** The scheme in lower case; undefined: there is no such header. */
function readAuthorization({ authorization }: IncomingHttpHeaders): { scheme: string | undefined; value: string } {
  if (authorization === undefined) return { scheme: undefined, value: '' };
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(authorization.trim()) ?? [];
  return { scheme: scheme.toLowerCase(), value };
}
