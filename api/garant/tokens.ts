import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { errors, jwtVerify, SignJWT, type CryptoKey } from 'jose';
import { signingAlgorithm, type SigningKey } from './signing-keys.ts';
import type { Scope } from './scopes.ts';

/** What a token says. */
export interface TokenClaims {
  /** Account name; empty: nobody signed in. */
  readonly subject: string;
  readonly access: readonly Scope[];
}

/** The token is not one of ours, or not valid (any more). The message can be shown to the client. */
export class TokenRejectedError extends Error {
  override name = 'TokenRejectedError';
}

/** Who issues tokens, and what they are for: the `service` of the token protocol. */
export const tokenIssuer = 'jobrunner-garant';
export const tokenService = 'jobrunner';
export const tokenLifeSeconds = 300;
// Clocks of the machines that issue and verify differ a little.
const clockToleranceSeconds = 10;

/** Signs a token (Docker token specification: iss, sub, aud, exp, nbf, iat, jti, access). */
export async function issueToken(key: SigningKey, claims: TokenClaims, now = new Date()): Promise<string> {
  const nowSeconds = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ access: claims.access })
    .setProtectedHeader({ alg: signingAlgorithm, typ: 'JWT', kid: key.kid })
    .setIssuer(tokenIssuer)
    .setSubject(claims.subject)
    .setAudience(tokenService)
    .setIssuedAt(nowSeconds)
    .setNotBefore(nowSeconds)
    .setExpirationTime(nowSeconds + tokenLifeSeconds)
    .setJti(randomUUID())
    .sign(key.privateKey);
}

// A client sends its token with every request; to verify a signature costs more than all else of a small one.
const maxRemembered = 5_000;

/**
 * Makes the check of tokens. It needs no other service, and no database but for keys that it has not seen. Tokens that
 * were found right are remembered until they expire.
 *
 * The check throws TokenRejectedError.
 */
export function createTokenVerifier(
  findKey: (kid: string) => Promise<CryptoKey | undefined>,
): (token: string) => Promise<TokenClaims> {
  const remembered = new LRUCache<string, { claims: TokenClaims; expiresAtMs: number }>({ max: maxRemembered });
  const verify = createSignatureCheck(findKey);
  return async (token) => {
    const known = remembered.get(token);
    if (known && Date.now() < known.expiresAtMs) return known.claims;
    const { claims, expiresAtMs } = await verify(token);
    remembered.set(token, { claims, expiresAtMs });
    return claims;
  };
}

function createSignatureCheck(
  findKey: (kid: string) => Promise<CryptoKey | undefined>,
): (token: string) => Promise<{ claims: TokenClaims; expiresAtMs: number }> {
  return async (token) => {
    try {
      const { payload } = await jwtVerify<{ access?: Scope[] }>(
        token,
        async ({ kid }) => {
          const key = kid === undefined ? undefined : await findKey(kid);
          if (!key) throw new TokenRejectedError('it is signed by a key that is not known here');
          return key;
        },
        {
          algorithms: [signingAlgorithm],
          issuer: tokenIssuer,
          audience: tokenService,
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ['exp', 'sub'],
        },
      );
      return {
        claims: { subject: payload.sub ?? '', access: payload.access ?? [] },
        expiresAtMs: ((payload.exp ?? 0) + clockToleranceSeconds) * 1_000,
      };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new TokenRejectedError(error.message, { cause: error });
      throw error;
    }
  };
}
