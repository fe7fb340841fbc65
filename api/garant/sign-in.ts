import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { findActiveAccount, signIn as checkPassword, type Account } from '../enzi/accounts.ts';
import { hashClientToken, isAccessToken, isActiveAccessToken } from './client-tokens.ts';
import { createSignInThrottle } from './sign-in-throttle.ts';
import type { SignInEvents, SignInKind } from './sign-in-events.ts';
import type { TokenUsage } from './token-usage.ts';

/** What somebody signs in with. */
export interface Credentials {
  readonly name: string;
  /** The password, or an access token in its place. */
  readonly secret: string;
  /** Where it comes from. */
  readonly address: string;
}

/** Somebody who has signed in. */
export interface SignedIn {
  readonly account: Account;
  /** The hash of the access token that stood in place of the password. */
  readonly accessTokenHash?: string;
}

/**
 * Signs in. Undefined where name or secret is wrong; which one cannot be told from the answer, nor from the time it
 * takes.
 *
 * @throws ApiError TOO_MANY_REQUESTS where there were too many wrong passwords for the account or from the address
 */
export type SignIn = (credentials: Credentials) => Promise<SignedIn | undefined>;

export interface SignInDeps {
  readonly pool: pg.Pool;
  readonly tokenUsage: TokenUsage;
  readonly signInEvents: Pick<SignInEvents, 'record'>;
}

/** What came of checking a password. */
interface Checked {
  readonly account?: Account | undefined;
  /** Undefined: it was right a moment ago, which is no event. */
  readonly kind?: SignInKind;
  /** Why it was not checked at all. */
  readonly refusal?: unknown;
}

const rememberMs = 60_000;
const maxRemembered = 10_000;

/** Makes the one way by which names with passwords or access tokens become accounts. */
export function createSignIn({ pool, tokenUsage, signInEvents }: SignInDeps): SignIn {
  const throttle = createSignInThrottle();
  // Keyed digests of credentials: of those that are being checked, so that many equal requests cost one computation; and
  // of those that were right a moment ago, whose owner goes on working while somebody else tries passwords.
  const digestKey = randomBytes(32);
  const underWay = new Map<string, Promise<Checked>>();
  const wasRight = new LRUCache<string, true>({ max: maxRemembered, ttl: rememberMs });

  async function byPassword({ name, secret, address }: Credentials, digest: string): Promise<Checked> {
    let attempt: ReturnType<typeof throttle.begin> | undefined;
    try {
      attempt = wasRight.has(digest) ? undefined : throttle.begin(name, address);
    } catch (refusal) {
      return { kind: 'SIGN_IN_LOCKOUT', refusal };
    }
    wasRight.delete(digest);
    let account: Account | undefined;
    try {
      account = await checkPassword(pool, name, secret);
    } catch (error) {
      attempt?.takeBack();
      throw error;
    }
    if (!account) return { kind: 'SIGN_IN_FAILURE' };
    attempt?.takeBack();
    wasRight.set(digest, true);
    return { account, ...(attempt && { kind: 'SIGN_IN' }) };
  }

  async function byAccessToken({ name, secret }: Credentials): Promise<SignedIn | undefined> {
    const hash = hashClientToken(secret);
    const [account, isActive] = await Promise.all([
      findActiveAccount(pool, name),
      isActiveAccessToken(pool, hash, name),
    ]);
    if (!account || !isActive) return undefined;
    tokenUsage.record(hash);
    return { account, accessTokenHash: hash };
  }

  return async (credentials) => {
    // Nobody guesses 256 random bits, so these are neither slow nor counted.
    if (isAccessToken(credentials.secret)) return byAccessToken(credentials);
    const { name, secret, address } = credentials;
    const digest = createHmac('sha256', digestKey)
      .update(JSON.stringify([name, secret]))
      .digest('base64url');
    let checking = underWay.get(digest);
    if (!checking) {
      checking = byPassword(credentials, digest).finally(() => underWay.delete(digest));
      underWay.set(digest, checking);
    }
    // Whoever waited for the same computation has tried as well.
    const { account, kind, refusal } = await checking;
    if (kind) signInEvents.record({ kind, name, address });
    if (refusal) throw refusal;
    return account && { account };
  };
}
