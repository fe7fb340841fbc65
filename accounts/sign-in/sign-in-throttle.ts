import { LRUCache } from 'lru-cache';
import { DomainError } from '../../errors/domain-error.ts';
import type { Networks } from './networks.ts';

/** Who tries a password, and from where. */
export interface Attempt {
  /** In the form in which names are compared. */
  readonly name: string;
  readonly from: Networks;
  /** Whether this account has signed in from there before. */
  readonly isKnown: boolean;
}

/** An attempt that may be made. */
export interface CountedAttempt {
  /** Of a stranger: how many passwords from there were wrong lately. Those who were wrong least often go first. */
  readonly failures: number;
  /** Since when somebody from there has been asking for a turn. Of those who were wrong as often the first go first. */
  readonly sinceMs: number;
  /** Has to be called once it is known what came of it; `unchecked`: it got no turn, and keeps its place in the line. */
  readonly end: (outcome: 'right' | 'wrong' | 'unchecked') => void;
}

/** Counts attempts to sign in with a password. */
export interface SignInThrottle {
  /**
   * Counts an attempt, as if it had failed: attempts at once must not slip by.
   *
   * @throws DomainError TOO_MANY_REQUESTS
   */
  readonly begin: (attempt: Attempt) => CountedAttempt;
}

interface Limit {
  /** How many may fail at once. */
  readonly burst: number;
  /** After how long one more may fail. */
  readonly refillMs: number;
}

const hourMs = 3_600_000;

// Each process counts for itself, so an attacker has as many times these as there are processes.
const limits = {
  /** Of an account and a network from which it has signed in: nobody else uses it up. */
  known: { burst: 10, refillMs: 10_000 },
  /** Of strangers in one network, for whatever accounts. Behind one address there may be an office. */
  network: { burst: 30, refillMs: 3_000 },
  /** So many mistakes make no attacker of a network. */
  innocence: { burst: 3, refillMs: 8 * hourMs },
  /** The same for all networks of a site, of which an attacker may have thousands. */
  siteInnocence: { burst: 30, refillMs: hourMs },
  /** Of an account, for strangers of all networks that are not innocent. */
  suspects: { burst: 10, refillMs: 10_000 },
} as const satisfies Record<string, Limit>;

const maxCounted = 50_000;
const maxNameLength = 255;
// Who has been refused comes back within it.
const keepPlaceMs = 10 * 60_000;

/**
 * Makes the limit on wrong passwords. Whoever has signed in from a network before is bounded by mistakes of that account
 * from there alone. What strangers try is bounded per network and, wherever they are, per account, whether it exists or
 * not: they use up what is for strangers, and no more.
 *
 * An attacker with many addresses uses that up for ever. So strangers from networks that were hardly ever wrong do not
 * need any of it: they stand in a line of their own for their turn in the queue of passwords, ordered by how often they
 * were wrong and by how long they have been asking. Whoever comes for the first time waits at the most for those who came
 * before, once for each of their addresses, and an address is innocent a few times a day.
 *
 * Counts are in memory, and the ones least lately used go when there are too many; each stands for a password that was
 * checked, which is slow.
 *
 * @param now milliseconds, of a clock that only goes forward
 */
export function createSignInThrottle(now: () => number = () => performance.now()): SignInThrottle {
  // What may still fail, and when that was so.
  const counts = new LRUCache<string, { left: number; atMs: number }>({ max: maxCounted });
  // Since when and until when sites have a place in the line.
  const places = new LRUCache<string, { sinceMs: number; untilMs: number }>({ max: maxCounted });

  function leftOf({ key, limit: { burst, refillMs } }: Counter): number {
    const count = counts.get(key);
    return count ? Math.min(burst, count.left + (now() - count.atMs) / refillMs) : burst;
  }

  /** How many have failed lately. */
  function failuresOf(counter: Counter): number {
    return Math.ceil(counter.limit.burst - leftOf(counter));
  }

  function add(counter: Counter, amount: number): void {
    const left = Math.max(0, Math.min(counter.limit.burst, leftOf(counter) + amount));
    if (left >= counter.limit.burst) counts.delete(counter.key);
    else counts.set(counter.key, { left, atMs: now() });
  }

  function assertLeft(counter: Counter): void {
    const waitMs = (1 - leftOf(counter)) * counter.limit.refillMs;
    if (waitMs <= 0) return;
    throw new DomainError('TOO_MANY_REQUESTS', 'too many wrong passwords: wait before you sign in again', {
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    });
  }

  /** Gives since when somebody has been asking from a site. */
  function enterLine(site: string): number {
    const place = places.get(site);
    const sinceMs = place && now() < place.untilMs ? place.sinceMs : now();
    places.set(site, { sinceMs, untilMs: now() + keepPlaceMs });
    return sinceMs;
  }

  function count(counters: readonly Counter[], failures: number, site: string): CountedAttempt {
    for (const counter of counters) add(counter, -1);
    return {
      failures,
      sinceMs: enterLine(site),
      end: (outcome) => {
        if (outcome !== 'unchecked') places.delete(site);
        if (outcome !== 'wrong') for (const counter of counters) add(counter, 1);
      },
    };
  }

  function beginAsStranger(name: string, { network, site }: Networks): CountedAttempt {
    const ofNetwork = { key: `network ${network}`, limit: limits.network };
    const innocence = { key: `innocence ${network}`, limit: limits.innocence };
    const ofSite = { key: `site ${site}`, limit: limits.siteInnocence };
    assertLeft(ofNetwork);
    if (leftOf(innocence) >= 1 && leftOf(ofSite) >= 1) {
      const failures = Math.min(limits.innocence.burst - 1, Math.max(failuresOf(innocence), failuresOf(ofSite)));
      return count([ofNetwork, innocence, ofSite], failures, site);
    }
    const suspects = { key: `suspects ${name}`, limit: limits.suspects };
    assertLeft(suspects);
    return count([ofNetwork, innocence, ofSite, suspects], limits.innocence.burst + failuresOf(ofNetwork), site);
  }

  return {
    begin: ({ name, from, isKnown }) => {
      const bounded = name.slice(0, maxNameLength);
      if (!isKnown) return beginAsStranger(bounded, from);
      const known = { key: `known ${bounded} ${from.network}`, limit: limits.known };
      assertLeft(known);
      return count([known], 0, from.site);
    },
  };
}

interface Counter {
  readonly key: string;
  readonly limit: Limit;
}
