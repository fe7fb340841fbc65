import { authenticateBasic } from '../api/http/authenticate.ts';
import { assertNotCrossSite } from '../accounts/sign-in/csrf.ts';
import { DomainError } from '../errors/domain-error.ts';
import { TokenRejectedError } from '../accounts/tokens/tokens.ts';
import { grantScopes } from '../accounts/policy/grant-scopes.ts';
import { type AccessDeps, InvalidCredentialsError, InvalidTokenError } from '../registry/http/access.ts';
import { HttpError } from '../registry/http/http-error.ts';
import type { OpenedApiDeps } from './api-deps.ts';

/** Makes what tells the registry who sends a request: the checks of the token service, in the registry's own words. */
export function createRegistryAuthentication(api: OpenedApiDeps): Pick<AccessDeps, 'verifyToken' | 'grantBasic'> {
  return {
    verifyToken: async (token) => {
      try {
        return await api.verifyRegistryToken(token);
      } catch (error) {
        if (!(error instanceof TokenRejectedError)) throw error;
        throw new InvalidTokenError(error.message, { cause: error });
      }
    },
    grantBasic: async (request, wanted) => {
      try {
        const signedIn = await authenticateBasic(api, request);
        // With a certificate in place of credentials a client gets a token, as with nothing at all.
        if (!signedIn || signedIn.isByCertificate) return undefined;
        // A browser that has learnt a password sends it for pages of any site.
        assertNotCrossSite(request, api.publicUrl);
        return { subject: signedIn.account.name, access: await grantScopes(api.pool, signedIn.account, wanted) };
      } catch (error) {
        throw error instanceof DomainError ? toRegistryError(error) : error;
      }
    },
  };
}

const defaultRetryAfterSeconds = 5;

/** What the sign-in throws, as `/v2` answers it. */
function toRegistryError(error: DomainError): Error {
  const { message, retryAfterSeconds = defaultRetryAfterSeconds } = error;
  const options = { cause: error };
  const later = { ...options, headers: { 'Retry-After': String(retryAfterSeconds) } };
  const { code } = error;
  if (code === 'NOT_AUTHENTICATED') return new InvalidCredentialsError(message, options);
  if (code === 'TOO_MANY_REQUESTS') return new HttpError('TOOMANYREQUESTS', message, later);
  if (code === 'UNAVAILABLE') return new HttpError('UNAVAILABLE', message, later);
  return code === 'CROSS_SITE_REQUEST' ? new HttpError('DENIED', message, options) : error;
}
