import type pg from 'pg';
import { checkLocalPassword } from './local-password.ts';
import type { TokenHolder } from '../token-holder.ts';
import type { DirectorySignIn } from './directory-sign-in.ts';
import { isRobotName } from '../../events/actor.ts';
import { canonicalName } from '../canonical-name.ts';
import { findRobotBySecret } from '../subjects.ts';
import { findAccessTokenOwner } from './client-tokens.ts';
import { hashClientToken, isAccessToken } from '../client-secrets.ts';
import type { KnownNetworks } from './known-networks.ts';
import { type Networks, networksOf } from './networks.ts';
import { type CountedAttempt, createSignInThrottle } from './sign-in-throttle.ts';
import type { SignInKind } from '../../events/sign-in-attempts.ts';
import type { SignInEvents } from './sign-in-events.ts';
import type { TokenUsage } from './token-usage.ts';
import { createSecretMemory } from './secret-memory.ts';

/** What somebody signs in with. */
export interface Credentials {
  /** In any case. */
  readonly name: string;
  /** The password, or an access token in its place; of a robot its secret. */
  readonly secret: string;
  /** Where it comes from. */
  readonly address: string;
  /** Whether the sender has signed in in another way already, and is no stranger. */
  readonly hasSignedIn?: boolean;
}

/** Somebody who has signed in. */
export interface SignedIn {
  readonly account: TokenHolder;
  /** What tokens stand on besides the account: the generations of the credential, and of those that it was got with. */
  readonly credentialGenerations: readonly number[];
  /** The hash of the access token that stood in place of the password. */
  readonly accessTokenHash?: string;
  /** Whether the client's certificate did, which it shows again each time. */
  readonly isByCertificate?: boolean;
}

/** What the tokens of somebody stand on. */
export function generationsOf({ account, credentialGenerations }: SignedIn): readonly number[] {
  return [account.tokenGeneration, ...credentialGenerations];
}

/**
 * Signs in. Undefined where name or secret is wrong; which one cannot be told from the answer, nor from the time it
 * takes.
 *
 * @throws DomainError TOO_MANY_REQUESTS where there were too many wrong passwords for the account or from the address;
 *   UNAVAILABLE where a directory has to be asked and does not answer
 */
export type SignIn = (credentials: Credentials) => Promise<SignedIn | undefined>;

export interface SignInDeps {
  readonly pool: pg.Pool;
  readonly tokenUsage: TokenUsage;
  readonly signInEvents: Pick<SignInEvents, 'record'>;
  readonly knownNetworks: Pick<KnownNetworks, 'isKnown' | 'remember'>;
  /** Undefined: accounts are local. */
  readonly byDirectory: DirectorySignIn | undefined;
}

/** What came of checking a password. */
interface Checked {
  readonly account?: TokenHolder | undefined;
  /** Undefined: it was right a moment ago, which is no event. */
  readonly kind?: SignInKind;
  readonly provider?: 'ldap' | undefined;
  /** Why it was not checked at all. */
  readonly refusal?: unknown;
}

/** Makes the one way by which names with passwords, access tokens or secrets of robots become accounts. */
export function createSignIn({ pool, tokenUsage, signInEvents, knownNetworks, byDirectory }: SignInDeps): SignIn {
  const throttle = createSignInThrottle();
  // Credentials that are being checked, so that many equal requests cost one computation; and those that were right a
  // moment ago, whose owner goes on working while somebody else tries passwords.
  const underWay = new Map<string, Promise<Checked>>();
  const wasRight = createSecretMemory<true>();

  async function byPassword(credentials: Credentials, from: Networks, digest: string): Promise<Checked> {
    const { name, secret, address } = credentials;
    const wasRightBefore = wasRight.recall(digest) === true;
    const isKnown =
      wasRightBefore || credentials.hasSignedIn === true || (await knownNetworks.isKnown(name, from.network));
    let attempt: CountedAttempt | undefined;
    try {
      attempt = wasRightBefore ? undefined : throttle.begin({ name, from, isKnown });
    } catch (refusal) {
      return { kind: 'SIGN_IN_LOCKOUT', refusal };
    }
    let member: TokenHolder | undefined;
    let account: TokenHolder | undefined;
    try {
      // What the directory refuses is checked like any other password, and so takes no less time than a local one.
      member = await byDirectory?.({ name, secret, address }, digest);
      account = member ?? (await checkLocalPassword(pool, name, secret, isKnown || !attempt ? 'known' : attempt));
    } catch (error) {
      attempt?.end('unchecked');
      throw error;
    }
    attempt?.end(account ? 'right' : 'wrong');
    if (!account) {
      wasRight.forget(digest);
      return { kind: 'SIGN_IN_FAILURE' };
    }
    wasRight.remember(digest, true);
    knownNetworks.remember(account.name, from.network);
    return { account, ...(attempt && { kind: 'SIGN_IN', provider: member && 'ldap' }) };
  }

  async function byAccessToken({ name, secret, address }: Credentials): Promise<SignedIn | undefined> {
    const hash = hashClientToken(secret);
    const owner = await findAccessTokenOwner(pool, hash, name);
    if (!owner) return undefined;
    const { account, generations: credentialGenerations } = owner;
    tokenUsage.record(hash);
    knownNetworks.remember(account.name, networksOf(address).network);
    return { account, accessTokenHash: hash, credentialGenerations };
  }

  async function byRobotSecret({ name, secret }: Credentials): Promise<SignedIn | undefined> {
    const hash = hashClientToken(secret);
    const account = await findRobotBySecret(pool, name, hash);
    if (!account) return undefined;
    tokenUsage.record(hash);
    return { account, credentialGenerations: [] };
  }

  return async (given) => {
    const credentials = { ...given, name: canonicalName(given.name) };
    // Nobody guesses 256 random bits, so these are neither slow nor counted.
    if (isRobotName(credentials.name)) return byRobotSecret(credentials);
    if (isAccessToken(credentials.secret)) return byAccessToken(credentials);
    const { name, secret, address } = credentials;
    const from = networksOf(address);
    const digest = wasRight.digestOf(name, secret);
    // Who sends the same from elsewhere may have another turn.
    const key = `${digest} ${from.network} ${credentials.hasSignedIn === true}`;
    let checking = underWay.get(key);
    if (!checking) {
      checking = byPassword(credentials, from, digest).finally(() => underWay.delete(key));
      underWay.set(key, checking);
    }
    // Whoever waited for the same computation has tried as well.
    const { account, kind, provider, refusal } = await checking;
    if (kind) signInEvents.record({ kind, name, address, provider });
    if (refusal) throw refusal;
    return account && { account, credentialGenerations: [] };
  };
}
