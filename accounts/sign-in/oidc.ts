import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import type pg from 'pg';
import { DomainError, type DomainErrorCode } from '../../errors/domain-error.ts';
import type { SignInEvents } from './sign-in-events.ts';
import type { Account } from '../accounts.ts';
import { admitPerson, InactiveAccountError } from './oidc-accounts.ts';
import type { ClaimNames } from './oidc-claims.ts';
import { createPendingSignIns } from './oidc-pending.ts';
import { createOidcProvider, type OidcProviderDeps } from './oidc-provider.ts';
import type { RequestHead } from './request-head.ts';

/** Signs people in through an OpenID provider: authorization code flow, with PKCE, `state` and `nonce`. */
export interface OidcSignIn {
  /**
   * Begins a sign-in, beside those that the browser has begun before.
   *
   * @param returnTo path of this server to go to afterwards
   * @throws DomainError INVALID_PARAMETERS where it is none; IDENTITY_PROVIDER_UNAVAILABLE
   */
  readonly begin: (
    request: RequestHead,
    returnTo: string,
  ) => Promise<{ readonly location: string; readonly setCookies: readonly string[] }>;
  /**
   * Finishes the sign-in that the browser has begun, and writes down what came of it.
   *
   * @param address where the request came from
   * @throws DomainError SIGN_IN_EXPIRED where this browser has begun none, or too long ago; and those of
   *   `OidcProvider.exchange` and `admitPerson`
   */
  readonly finish: (request: RequestHead, address: string) => Promise<FinishedSignIn>;
  /** The header that takes the cookie of the sign-in which a request would finish from the browser; none where it names none. */
  readonly clearCookie: (request: RequestHead) => string | undefined;
}

/** Who has signed in, and where the browser goes now. */
export interface FinishedSignIn {
  readonly account: Pick<Account, 'id' | 'name'>;
  readonly location: string;
}

export interface OidcSignInDeps extends ClaimNames, Omit<OidcProviderDeps, 'redirectUri'> {
  readonly pool: pg.Pool;
  readonly publicUrl: string;
  readonly secretKey: Uint8Array;
  readonly signInEvents: Pick<SignInEvents, 'record'>;
}

const callbackPath = '/enzi/v0/oidc/callback';
// Time to find a password and a second factor.
const pendingLimitMs = 10 * 60_000;
// What is somebody's failure to sign in; the others are trouble with the provider.
const refusals = new Set<DomainErrorCode>(['SIGN_IN_EXPIRED', 'SIGN_IN_REFUSED', 'ACCOUNT_EXISTS', 'LAST_ADMIN']);

/** Makes the way in through an OpenID provider. Nothing is asked of it before somebody signs in. */
export function createOidcSignIn(deps: OidcSignInDeps): OidcSignIn {
  const { pool, publicUrl, secretKey, signInEvents } = deps;
  const redirectUri = `${publicUrl}${callbackPath}`;
  const provider = createOidcProvider({ ...deps, redirectUri });
  const pendingSignIns = createPendingSignIns(secretKey, publicUrl);
  const searchOf = ({ url = '' }: RequestHead): URL => new URL(url, publicUrl);

  async function finish(request: RequestHead, address: string): Promise<FinishedSignIn> {
    const { search, searchParams } = searchOf(request);
    const pending = pendingSignIns.find(request.headers, searchParams.get('state'));
    if (!pending) {
      throw new DomainError(
        'SIGN_IN_EXPIRED',
        `this browser has begun no such sign-in, or too long ago: begin again at ${publicUrl}/enzi/v0/oidc/login`,
      );
    }
    const wanted = [deps.usernameClaim, deps.groupsClaim];
    const claims = await provider.exchange(new URL(`${redirectUri}${search}`), pending, wanted);
    const account = await admitPerson(pool, claims, { names: deps, address });
    return { account, location: `${publicUrl}${pending.returnTo}` };
  }

  return {
    begin: async ({ headers }, returnTo) => {
      assertLocalPath(returnTo);
      const pending = {
        state: randomState(),
        nonce: randomNonce(),
        codeVerifier: randomPKCECodeVerifier(),
        returnTo,
        expiresAtMs: Date.now() + pendingLimitMs,
      };
      const location = (await provider.authorizationUrl(pending)).href;
      return { location, setCookies: pendingSignIns.add(headers, pending, pendingLimitMs) };
    },
    finish: async (request, address) => {
      const attempt = { address, provider: 'oidc' } as const;
      try {
        const finished = await finish(request, address);
        signInEvents.record({ ...attempt, kind: 'SIGN_IN', name: finished.account.name });
        return finished;
      } catch (error) {
        if (error instanceof DomainError && refusals.has(error.code)) {
          const name = error instanceof InactiveAccountError ? error.accountName : '';
          signInEvents.record({ ...attempt, kind: 'SIGN_IN_FAILURE', name });
        }
        throw error;
      }
    },
    clearCookie: (request) => {
      const state = searchOf(request).searchParams.get('state');
      return state === null ? undefined : pendingSignIns.clear(state);
    },
  };
}

/** @throws DomainError INVALID_PARAMETERS for what a browser could take for another host */
function assertLocalPath(returnTo: string): void {
  if (/^\/(?![/\\])[!-[\]-~]*$/.test(returnTo)) return;
  throw new DomainError(
    'INVALID_PARAMETERS',
    'returnTo has to be a path of this server, such as /repositories, in the characters of a URL',
  );
}
