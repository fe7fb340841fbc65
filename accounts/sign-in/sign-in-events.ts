import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { recordSignIns, type SignInKind } from '../../events/sign-in-attempts.ts';
import type { GroupProvider } from '../team-sync.ts';
import type { Logger } from '../../log/logger.ts';

export interface SignInAttempt {
  readonly kind: SignInKind;
  /** As it was given: there need be no such account. */
  readonly name: string;
  readonly address: string;
  /** Who vouched for the person, or was to; undefined: the password of a local account. */
  readonly provider?: GroupProvider | undefined;
}

/** Writes down who signs in, and who tries to. */
export interface SignInEvents {
  readonly record: (attempt: SignInAttempt) => void;
  /** Writes what is still in memory. */
  readonly close: () => Promise<void>;
}

interface Counted extends SignInAttempt {
  readonly windowMs: number;
  readonly firstAt: Date;
  lastAt: Date;
  count: number;
}

const flushIntervalMs = 1_000;
const minuteMs = 60_000;
// Equal attempts within it are one row. Scripts send their password with every request.
const windowsMs = { SIGN_IN: 60 * minuteMs, SIGN_IN_FAILURE: minuteMs, SIGN_IN_LOCKOUT: minuteMs } as const;
// In a minute. What is beyond goes to one row, of the address or of all, so that nobody fills the disk with rows; nor can
// an address hide what others do.
const maxAddresses = 200;
const maxNamesOfAddress = 10;

/**
 * Makes the recorder of a process. It writes once a second; a crash loses at most that second. Equal attempts are one row
 * with their number, across all processes.
 *
 * @param now milliseconds since 1970
 */
export function createSignInEvents(
  pool: pg.Pool,
  log: Pick<Logger, 'warn'>,
  now: () => number = Date.now,
): SignInEvents {
  let pending = new Map<string, Counted>();
  let writing: Promise<void> = Promise.resolve();
  let minute = 0;
  let failedNames = new Map<string, Set<string>>();

  /** Where a failure is counted. */
  function bounded(name: string, address: string): { name: string; address: string } {
    const thisMinute = Math.floor(now() / minuteMs);
    if (thisMinute !== minute) failedNames = new Map();
    minute = thisMinute;
    const names = failedNames.get(address) ?? new Set<string>();
    if (!failedNames.has(address)) {
      if (failedNames.size >= maxAddresses) return { name: '', address: '' };
      failedNames.set(address, names);
    }
    if (!names.has(name) && names.size >= maxNamesOfAddress) return { name: '', address };
    names.add(name);
    return { name, address };
  }

  function add(attempt: Counted): void {
    const { kind, name, address, provider, windowMs } = attempt;
    const key = JSON.stringify([kind, windowMs, name, address, provider]);
    const known = pending.get(key);
    if (known) {
      known.count += attempt.count;
      if (attempt.lastAt > known.lastAt) known.lastAt = attempt.lastAt;
    } else pending.set(key, attempt);
  }

  function flush(): Promise<void> {
    if (pending.size === 0) return writing;
    const batch = pending;
    pending = new Map();
    writing = writing
      .then(() => writeAttempts(pool, [...batch.values()]))
      .catch((error: unknown) => {
        for (const attempt of batch.values()) add(attempt);
        log.warn({ err: error }, 'events of sign-ins could not be written; they are tried again');
      });
    return writing;
  }
  const timer = setInterval(() => void flush(), flushIntervalMs);
  timer.unref();

  return {
    record: ({ kind, name, address, provider }) => {
      const at = new Date(now());
      const where = kind === 'SIGN_IN' ? { name, address } : bounded(name, address);
      const windowMs = Math.floor(at.getTime() / windowsMs[kind]) * windowsMs[kind];
      add({ kind, ...where, provider, windowMs, firstAt: at, lastAt: at, count: 1 });
    },
    close: () => {
      clearInterval(timer);
      return flush();
    },
  };
}

/** Processes that write the same rows at once may wait for each other in a circle, which the transaction tries again. */
async function writeAttempts(pool: pg.Pool, attempts: readonly Counted[]): Promise<void> {
  await withTransaction(pool, (tx) => recordSignIns(tx, attempts));
}
