import { decryptSecret, encryptSecret } from '../../database/encryption.ts';

/** A sign-in that somebody has begun, and that the provider's answer will finish. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  /** Proves that who exchanges the code is who has asked for it (RFC 7636). */
  readonly codeVerifier: string;
  /** Path of this server to go to afterwards. */
  readonly returnTo: string;
  readonly expiresAtMs: number;
}

const context = 'oidc sign-in';

/** What a browser keeps of a sign-in: any process can finish it, and nobody else can read or make one. */
export function sealPending(secretKey: Uint8Array, pending: PendingSignIn): string {
  return encryptSecret(secretKey, context, JSON.stringify(pending)).toString('base64url');
}

/** Opens what `sealPending` made; undefined where it has expired, or is not ours. */
export function openPending(secretKey: Uint8Array, sealed: string | undefined): PendingSignIn | undefined {
  if (sealed === undefined) return undefined;
  let text: string;
  try {
    text = decryptSecret(secretKey, context, Buffer.from(sealed, 'base64url'));
  } catch {
    // Made up, or made under another key.
    return undefined;
  }
  const pending = JSON.parse(text) as PendingSignIn;
  return pending.expiresAtMs > Date.now() ? pending : undefined;
}
