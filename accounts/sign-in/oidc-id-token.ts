import { createHash } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import type { OidcClaims } from './oidc-provider.ts';

/** An ID token is rightly signed, and does not belong to what it came with. The message can be shown to the person. */
export class MisfitError extends Error {
  override name = 'MisfitError';
}

/** What an ID token came with, and for whom. */
export interface TokenResponse {
  readonly idToken: string;
  readonly accessToken: string;
  readonly clientId: string;
}

// OpenID Connect Core 1.0, section 8.
const maxSubjectLength = 255;

/**
 * Checks what openid-client leaves open of an ID token whose signature, issuer, audience, times and nonce it has checked:
 * that nobody but this client is the authorized party (OpenID Connect Core 1.0, section 2, `azp`), that the access token
 * that came with it belongs to it (Core 1.0, section 3.1.3.8, `at_hash`), and that its subject can be one (Core 1.0,
 * section 2, `sub`).
 *
 * @throws MisfitError
 */
export function assertIdTokenFits(claims: OidcClaims, { idToken, accessToken, clientId }: TokenResponse): void {
  const { sub, azp, at_hash: hash } = claims;
  if (azp !== undefined && azp !== clientId) {
    throw new MisfitError('its ID token is for another client ("azp")');
  }
  if (hash !== undefined && hash !== hashOfAccessToken(accessToken, idToken)) {
    throw new MisfitError('its access token is not the one that its ID token is about ("at_hash")');
  }
  if (sub === '' || sub.length > maxSubjectLength || /\p{Cc}/u.test(sub)) {
    throw new MisfitError(`its subject ("sub") is empty, longer than ${maxSubjectLength} characters, or no text`);
  }
}

/** The left half of the hash that the algorithm of the ID token names. */
function hashOfAccessToken(accessToken: string, idToken: string): string {
  const { alg = '' } = decodeProtectedHeader(idToken);
  // Ed25519 hashes with SHA-512 (RFC 8032); the others say it themselves.
  const bits = /(256|384|512)$/.exec(alg)?.[0] ?? '512';
  const digest = createHash(`sha${bits}`).update(accessToken, 'ascii').digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
