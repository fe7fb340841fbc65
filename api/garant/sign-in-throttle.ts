import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { ApiError } from '../errors.ts';

/** Counts attempts to sign in with a password. */
export interface SignInThrottle {
  /**
   * Counts an attempt, as if it had failed: attempts at once must not slip by.
   *
   * @throws ApiError TOO_MANY_REQUESTS
   */
  readonly begin: (name: string, address: string) => { readonly takeBack: () => void };
}

interface Limit {
  /** How many may fail at once. */
  readonly burst: number;
  /** After how long one more may fail. */
  readonly refillMs: number;
}

// Each process counts for itself, so an attacker has as many times these as there are processes.
const limits = {
  account: { burst: 10, refillMs: 10_000 },
  // Behind one address there may be an office.
  address: { burst: 30, refillMs: 3_000 },
} as const satisfies Record<string, Limit>;

const maxCounted = 20_000;
const maxNameLength = 255;

/**
 * Makes the limit on wrong passwords: per account, whether it exists or not, and per address. Counts are in memory, and
 * the ones least lately used go when there are too many; each stands for a password that was checked, which is slow.
 *
 * @param now milliseconds, of a clock that only goes forward
 */
export function createSignInThrottle(now: () => number = () => performance.now()): SignInThrottle {
  // What may still fail, and when that was so.
  const counts = new LRUCache<string, { left: number; atMs: number }>({ max: maxCounted });

  function leftOf(key: string, { burst, refillMs }: Limit): number {
    const count = counts.get(key);
    return count ? Math.min(burst, count.left + (now() - count.atMs) / refillMs) : burst;
  }

  return {
    begin: (name, address) => {
      const counted = [
        { key: `account ${name.slice(0, maxNameLength)}`, limit: limits.account },
        { key: `address ${networkOf(address)}`, limit: limits.address },
      ];
      const waitsMs = counted.map(({ key, limit }) => (1 - leftOf(key, limit)) * limit.refillMs);
      const waitMs = Math.max(...waitsMs);
      if (waitMs > 0) {
        throw new ApiError('TOO_MANY_REQUESTS', 'too many wrong passwords: wait before you sign in again', {
          retryAfterSeconds: Math.ceil(waitMs / 1_000),
        });
      }
      const add = (amount: number): void => {
        for (const { key, limit } of counted) {
          const left = Math.min(limit.burst, leftOf(key, limit) + amount);
          if (left >= limit.burst) counts.delete(key);
          else counts.set(key, { left, atMs: now() });
        }
      };
      add(-1);
      return { takeBack: () => add(1) };
    },
  };
}

/** Whoever has one address of IPv6 has 2^64 of them. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest].slice(0, 4).join(':');
}
