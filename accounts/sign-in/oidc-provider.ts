import { setTimeout as delay } from 'node:timers/promises';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  customFetch,
  type CustomFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
} from 'openid-client';
import type { OutboundClient } from '../../outbound/client.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { assertIdTokenFits, MisfitError } from './oidc-id-token.ts';
import type { PendingSignIn } from './oidc-pending.ts';
import type { Logger } from '../../log/logger.ts';

/** The OpenID provider, as its client. */
export interface OidcProvider {
  /**
   * Where a browser goes to sign in.
   *
   * @throws DomainError IDENTITY_PROVIDER_UNAVAILABLE
   */
  readonly authorizationUrl: (pending: PendingSignIn) => Promise<URL>;
  /**
   * Exchanges the code with which the browser comes back.
   *
   * @param callbackUrl with all parameters
   * @param wanted claims that are asked for at the provider's user info, if the ID token has them not
   * @returns the claims, of which `iss` and `sub` say who it is
   * @throws DomainError SIGN_IN_REFUSED where the provider refuses, or its answer does not belong to this sign-in;
   *   IDENTITY_PROVIDER_UNAVAILABLE; TOO_MANY_REQUESTS where very many wait for the provider
   */
  readonly exchange: (callbackUrl: URL, pending: PendingSignIn, wanted: readonly string[]) => Promise<OidcClaims>;
}

export interface OidcClaims {
  readonly iss: string;
  readonly sub: string;
  readonly [claim: string]: unknown;
}

export interface OidcProviderDeps {
  /** Reaches the provider, wherever the administrator says that it is. */
  readonly outbound: OutboundClient;
  readonly log: Pick<Logger, 'warn'>;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  readonly redirectUri: string;
  /** How long the metadata are not read again, however many come back from the provider: 5 s. */
  readonly metadataRestMs?: number | undefined;
}

/** One reading of the metadata: whatever comes of it holds for a while. */
interface Reading {
  readonly configuration: Promise<Configuration>;
  /** Undefined while the provider has not answered. */
  ended: { readonly atMs: number; readonly isDone: boolean } | undefined;
}

const timeoutSeconds = 10;
const metadataAgeMs = 3_600_000;
const retryAfterMs = 60_000;
// Anybody can have a sign-in begun and come back with a made-up code, as fast as this server answers.
const defaultMetadataRestMs = 5_000;
const patienceMs = 2_000;
const maxExchanges = 50;

/**
 * Makes the client of a provider. Its metadata are read when they are first needed, and again after an hour and whenever a
 * code is exchanged, with its keys, but not more often than `metadataRestMs` says: it may sign with a new one at any time
 * (OpenID Connect Core 1.0, section 10.1.1), and the library looks at most once a minute for that. Where they cannot be
 * read, or not at once, the old ones hold.
 */
export function createOidcProvider(deps: OidcProviderDeps): OidcProvider {
  const { metadataRestMs = defaultMetadataRestMs } = deps;
  let known: Configuration | undefined;
  let reading: Reading | undefined;
  let exchanges = 0;

  async function load(): Promise<Configuration> {
    const { issuer, clientId, clientSecret, outbound } = deps;
    const url = new URL(issuer);
    return discovery(url, clientId, clientSecret, authenticationOf(clientSecret), {
      [customFetch]: createFetch(outbound),
      timeout: timeoutSeconds,
      // The configuration takes http only for this machine.
      execute: [enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [allowInsecureRequests] : [])],
    });
  }

  function read(): Reading {
    const end = (isDone: boolean): void => void (started.ended = { atMs: performance.now(), isDone });
    const configuration = load().then(
      (loaded) => {
        end(true);
        return (known = loaded);
      },
      (error: unknown) => {
        end(false);
        if (!known) throw unavailable(error, deps);
        deps.log.warn({ err: error }, 'the metadata of the OpenID provider could not be read again');
        return known;
      },
    );
    const started: Reading = { configuration, ended: undefined };
    return started;
  }

  /** @param ageMs from which on metadata that were read are read again */
  async function configure(ageMs: number): Promise<Configuration> {
    if (!reading || (reading.ended && performance.now() - reading.ended.atMs >= ageMs)) reading = read();
    if (!known) return reading.configuration;
    if (reading.ended) return known;
    return Promise.race([reading.configuration, delay(patienceMs, known, { ref: false })]);
  }

  function ageToBegin(): number {
    if (!known) return metadataRestMs;
    return reading?.ended?.isDone === false ? retryAfterMs : metadataAgeMs;
  }

  async function exchange(callbackUrl: URL, pending: PendingSignIn, wanted: readonly string[]): Promise<OidcClaims> {
    // What the provider refuses needs no keys, and is made up in no time.
    const isRefusal = callbackUrl.searchParams.has('error');
    const configuration = (isRefusal && known) || (await configure(metadataRestMs));
    const tokens = await authorizationCodeGrant(configuration, callbackUrl, {
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      pkceCodeVerifier: pending.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims || tokens.id_token === undefined) throw new TypeError('the answer of the provider has no ID token');
    assertIdTokenFits(claims, { idToken: tokens.id_token, accessToken: tokens.access_token, clientId: deps.clientId });
    const isComplete = wanted.every((name) => claims[name] !== undefined);
    if (isComplete || configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await fetchUserInfo(configuration, tokens.access_token, claims.sub)), ...claims };
  }

  return {
    authorizationUrl: async ({ state, nonce, codeVerifier }) => {
      const configuration = await configure(ageToBegin());
      return buildAuthorizationUrl(configuration, {
        redirect_uri: deps.redirectUri,
        scope: deps.scopes,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      });
    },
    exchange: async (callbackUrl, pending, wanted) => {
      if (exchanges >= maxExchanges) {
        throw new DomainError('TOO_MANY_REQUESTS', 'too many people are signing in just now: try again', {
          retryAfterSeconds: timeoutSeconds,
        });
      }
      exchanges++;
      try {
        return await exchange(callbackUrl, pending, wanted);
      } catch (error) {
        throw toDomainError(error, deps);
      } finally {
        exchanges--;
      }
    },
  };
}

/** Basic, which every provider has to take (RFC 6749, section 2.3.1), unless this one says that it does not. */
function authenticationOf(clientSecret: string | undefined): ClientAuth {
  if (clientSecret === undefined) return None();
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

// Somebody may be in thousands of groups.
const maxBodyBytes = 1024 * 1024;
// Of HTTP: answers that have no body, not even an empty one.
const bodiless = new Set([204, 205, 304]);

/** Sends what openid-client asks through the outbound client, with its limits. */
function createFetch(outbound: OutboundClient): CustomFetch {
  return async (url, { method, headers, body, signal = AbortSignal.timeout(timeoutSeconds * 1_000) }) => {
    if (method !== 'GET' && method !== 'POST') throw new TypeError(`${method} is not sent to an OpenID provider`);
    const response = await outbound.send({
      url: new URL(url),
      method,
      headers,
      body: body === null || body === undefined ? undefined : await new Response(body).text(),
      maxBodyBytes,
      skipTlsVerification: false,
      signal,
    });
    const { status } = response;
    return new Response(bodiless.has(status) ? null : response.body, { status, headers: response.headers });
  };
}

// What openid-client finds wrong with an answer that came; everything else is trouble with the provider itself.
const misfits = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
]);
// Of the provider, not of the person (OpenID Connect Core 1.0, section 3.1.2.6; RFC 6749, section 4.1.2.1).
const passingErrors = new Set(['server_error', 'temporarily_unavailable']);
const maxShown = 200;

/** The log has the reason, which is about addresses and secrets of this installation. */
function unavailable(cause: unknown, { issuer }: Pick<OidcProviderDeps, 'issuer'>): DomainError {
  return new DomainError('IDENTITY_PROVIDER_UNAVAILABLE', `the OpenID provider ${issuer} cannot be used just now`, {
    cause,
  });
}

function toDomainError(error: unknown, { issuer, log }: Pick<OidcProviderDeps, 'issuer' | 'log'>): DomainError {
  if (error instanceof DomainError) return error;
  const refuse = (message: string): DomainError => new DomainError('SIGN_IN_REFUSED', message, { cause: error });
  if (error instanceof AuthorizationResponseError) {
    const reason = [error.error, error.error_description].filter(Boolean).join(': ').slice(0, maxShown);
    if (passingErrors.has(error.error)) {
      return new DomainError(
        'IDENTITY_PROVIDER_UNAVAILABLE',
        `the OpenID provider cannot sign you in just now (${reason})`,
      );
    }
    return refuse(`the OpenID provider did not sign you in (${reason})`);
  }
  if (error instanceof ResponseBodyError && error.error === 'invalid_grant') {
    return refuse('the OpenID provider does not take this code, or not again: begin again at /enzi/v0/oidc/login');
  }
  const isMisfit = error instanceof Error && 'code' in error && misfits.has(String(error.code));
  if (isMisfit || error instanceof MisfitError) {
    // Clocks that differ, for one, an administrator has to hear of.
    log.warn({ err: error }, 'an answer of the OpenID provider does not fit the sign-in');
    return refuse(`the answer of the OpenID provider does not fit this sign-in: ${error.message}`);
  }
  return unavailable(error, { issuer });
}
