import type { FastifyBaseLogger } from 'fastify';
import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { type EventKind, eventKinds } from '../../events/event-kinds.ts';
import type { GroupProvider } from '../team-sync.ts';

/** What came of an attempt to sign in; a lockout is one that was refused unseen, after too many failures. */
export type SignInKind = Extract<EventKind, 'SIGN_IN' | 'SIGN_IN_FAILURE' | 'SIGN_IN_LOCKOUT'>;

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
  log: Pick<FastifyBaseLogger, 'warn'>,
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

/**
 * A name that no account has is not written down: people type passwords into the wrong field. All such attempts of an
 * address are one row. A failure is an event of the account, whose owner sees it, and not by it.
 */
async function writeAttempts(pool: pg.Pool, attempts: readonly Counted[]): Promise<void> {
  const rows = attempts.map(({ name, ...attempt }) => ({
    ...attempt,
    ...eventKinds[attempt.kind],
    name: /^[\x20-\x7e]{1,255}$/.test(name) ? name : '',
  }));
  // Processes that write the same rows at once may wait for each other in a circle, which the transaction tries again.
  await withTransaction(pool, (tx) =>
    tx.query(
      `INSERT INTO registry.events (id, published_at, kind, type, actor_id, actor, actor_type, address, object_type,
                                    object_id, object_name, outcome, namespace, repository, contents, count,
                                    aggregate_key)
       SELECT gen_random_uuid(), min(s."firstAt"), s.kind, s.type,
              CASE s.kind WHEN 'SIGN_IN' THEN a.id END,
              CASE s.kind WHEN 'SIGN_IN' THEN coalesce(a.name, '') ELSE '' END,
              CASE s.kind WHEN 'SIGN_IN' THEN 'user' ELSE 'anonymous' END,
              s.address, s."objectType", coalesce(a.id::text, ''), coalesce(a.name, ''),
              CASE s.kind WHEN 'SIGN_IN' THEN 'success' ELSE 'failure' END, coalesce(a.name, ''), '',
              jsonb_strip_nulls(jsonb_build_object('lastAt', max(s."lastAt"), 'provider', s.provider)), sum(s.count),
              concat_ws(' ', s.kind, s."windowMs", coalesce(a.id::text, '-'), s.address, s.provider) AS key
       FROM jsonb_to_recordset($1::jsonb) AS s(
         kind text, type text, "objectType" text, name text, address text, provider text, "windowMs" bigint, "firstAt" timestamptz,
         "lastAt" timestamptz, count integer)
       LEFT JOIN accounts.accounts a ON a.name = s.name AND NOT a.is_org
       GROUP BY s.kind, s.type, s."objectType", s."windowMs", s.address, s.provider, a.id
       ORDER BY key
       ON CONFLICT (aggregate_key) WHERE aggregate_key IS NOT NULL
       DO UPDATE SET count = events.count + excluded.count, contents = excluded.contents`,
      [JSON.stringify(rows)],
    ),
  );
}
