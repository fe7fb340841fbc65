import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { errors, jwtVerify, SignJWT, type CryptoKey } from 'jose';
import { signingAlgorithm, type SigningKey } from './signing-keys.ts';
import type { EndedTokens } from './ended-tokens.ts';
import type { Scope } from './scopes.ts';

/** What a token says. */
export interface TokenClaims {
  /** Account name; empty: nobody signed in. */
  readonly subject: string;
  readonly access: readonly Scope[];
  /** What it stands on: first the account, then the credentials by which it was got. It ends with any of them. */
  readonly generations: readonly number[];
}

/** The token is not one of ours, or not valid (any more). The message can be shown to the client. */
export class TokenRejectedError extends Error {
  override name = 'TokenRejectedError';
}

/** Who issues tokens. */
const tokenIssuer = 'jobrunner-garant';
/**
 * The audience of tokens for the registry: the `service` of its challenge. Such a token is handed to builders and kept in
 * their logs and caches, so it is good for what its scopes name at `/v2`, and for nothing else.
 */
export const registryService = 'jobrunner';
/** The audience of tokens for `/api/v0` and `/enzi/v0`: all that its account may do there. It has to be asked for. */
export const apiService = 'jobrunner-api';
export const tokenLifeSeconds = 300;
// Clocks of the machines that issue and verify differ a little.
const clockToleranceSeconds = 10;

export interface IssueOptions {
  /** The service that the token is for. */
  readonly audience: string;
  readonly now?: Date;
  /** Less where whoever the token is for ends sooner. */
  readonly lifeSeconds?: number;
}

/** Signs a token (Docker token specification: iss, sub, aud, exp, nbf, iat, jti, access; `gen` is our own). */
export async function issueToken(
  key: SigningKey,
  claims: TokenClaims,
  { audience, now = new Date(), lifeSeconds = tokenLifeSeconds }: IssueOptions,
): Promise<string> {
  const nowSeconds = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ access: claims.access, gen: claims.generations })
    .setProtectedHeader({ alg: signingAlgorithm, typ: 'JWT', kid: key.kid, x5c: [...key.certificates] })
    .setIssuer(tokenIssuer)
    .setSubject(claims.subject)
    .setAudience(audience)
    .setIssuedAt(nowSeconds)
    .setNotBefore(nowSeconds)
    .setExpirationTime(nowSeconds + lifeSeconds)
    .setJti(randomUUID())
    .sign(key.privateKey);
}

// A client sends its token with every request; to verify a signature costs more than all else of a small one.
const maxRemembered = 5_000;

export interface TokenVerifierDeps {
  /** The public key of this id; undefined: there is none. */
  readonly findKey: (kid: string) => Promise<CryptoKey | undefined>;
  readonly hasEnded: EndedTokens['hasEnded'];
  /** The one service whose tokens are taken. */
  readonly audience: string;
}

interface VerifiedToken {
  readonly claims: TokenClaims;
  readonly expiresAtMs: number;
}

/**
 * Makes the check of tokens of one service. It needs no other service, and no database but for keys that it has not seen. Tokens that
 * were found right are remembered until they expire.
 *
 * The check throws TokenRejectedError.
 */
export function createTokenVerifier({
  findKey,
  hasEnded,
  audience,
}: TokenVerifierDeps): (token: string) => Promise<TokenClaims> {
  const remembered = new LRUCache<string, VerifiedToken>({ max: maxRemembered });
  const checkSignature = createSignatureCheck(findKey, audience);
  return async (token) => {
    const known = remembered.get(token);
    const verified = known && Date.now() < known.expiresAtMs ? known : await checkSignature(token);
    if (verified !== known) remembered.set(token, verified);
    if (hasEnded(verified.claims.generations)) {
      throw new TokenRejectedError(
        'its account, or what it was got with, has ended or was changed since: get another one',
      );
    }
    return verified.claims;
  };
}

function createSignatureCheck(
  findKey: TokenVerifierDeps['findKey'],
  audience: string,
): (token: string) => Promise<VerifiedToken> {
  return async (token) => {
    try {
      const { payload } = await jwtVerify<{ access?: Scope[]; gen?: number[] }>(
        token,
        async ({ kid }) => {
          // The key is ours or none: what the token itself brings along (jwk, x5c, jku) is not looked at.
          const key = kid === undefined ? undefined : await findKey(kid);
          if (!key) throw new TokenRejectedError('it is signed by a key that is not known here');
          return key;
        },
        {
          algorithms: [signingAlgorithm],
          issuer: tokenIssuer,
          audience,
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ['exp', 'iat', 'sub'],
        },
      );
      const { sub: subject = '', access = [], gen: generations = [] } = payload;
      if (subject !== '' && generations.length === 0) {
        throw new TokenRejectedError('it was made by an earlier version: get another one');
      }
      return {
        claims: { subject, access, generations },
        expiresAtMs: ((payload.exp ?? 0) + clockToleranceSeconds) * 1_000,
      };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new TokenRejectedError(error.message, { cause: error });
      throw error;
    }
  };
}
