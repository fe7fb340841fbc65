import { createHash } from 'node:crypto';
import { decryptSecret, encryptSecret } from '../../database/encryption.ts';
import { createCookie } from './cookies.ts';
import type { RequestHeaders } from './request-head.ts';

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
function openPending(secretKey: Uint8Array, sealed: string | undefined): PendingSignIn | undefined {
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

/** The sign-ins that a browser has begun, each in a cookie of its own: several go on at once, in as many tabs. */
export interface PendingSignIns {
  /**
   * The headers `Set-Cookie` that give one more to a browser, and take away what has expired there, and the oldest where
   * there are many: whatever is in a browser goes with every request.
   */
  readonly add: (headers: RequestHeaders, pending: PendingSignIn, limitMs: number) => string[];
  /** The one with this `state`; undefined where the browser has none. */
  readonly find: (headers: RequestHeaders, state: string | null) => PendingSignIn | undefined;
  /** The header that takes the one with this `state` away from a browser. */
  readonly clear: (state: string) => string;
}

const cookiePrefix = 'jobrunner-oidc-';
const maxPending = 5;

/** What the cookie of a sign-in is called, without a prefix for TLS. */
export function pendingCookieName(state: string): string {
  return `${cookiePrefix}${createHash('sha256').update(state).digest('base64url').slice(0, 16)}`;
}

/** Keeps sign-ins in browsers, for as long as they are under way. */
export function createPendingSignIns(secretKey: Uint8Array, publicUrl: string): PendingSignIns {
  const cookieOf = (state: string) => createCookie(pendingCookieName(state), publicUrl);
  return {
    add: (headers, pending, limitMs) => {
      const others = listCookies(headers.cookie, cookiePrefix).map((name) => {
        const cookie = createCookie(name, publicUrl);
        return { clear: cookie.clear, expiresAtMs: openPending(secretKey, cookie.read(headers))?.expiresAtMs ?? 0 };
      });
      const oldestFirst = others.toSorted((one, other) => one.expiresAtMs - other.expiresAtMs);
      const tooMany = Math.max(0, others.length + 1 - maxPending);
      const gone = oldestFirst.filter(({ expiresAtMs }, index) => index < tooMany || expiresAtMs === 0);
      const added = cookieOf(pending.state).set(sealPending(secretKey, pending), limitMs);
      return [...gone.map(({ clear }) => clear), added];
    },
    find: (headers, state) => {
      const pending = state === null ? undefined : openPending(secretKey, cookieOf(state).read(headers));
      return pending?.state === state ? pending : undefined;
    },
    clear: (state) => cookieOf(state).clear,
  };
}

/** Names of cookies with a prefix, each once, and without the prefix for TLS. */
function listCookies(header = '', prefix: string): string[] {
  const names = header.split(';').map((pair) => (pair.split('=')[0] ?? '').trim().replace(/^__Host-/, ''));
  return [...new Set(names.filter((name) => name.startsWith(prefix) && /^[\w-]+$/.test(name)))];
}
