import type pg from 'pg';
import { withTransaction } from '../database/transaction.ts';
import { recordEvents, type RegistryEvent } from '../jobs/events.ts';
import type { WakeUp } from '../jobs/wake-up.ts';
import type { Logger } from './logger.ts';
import { type ManifestFacts, manifestPulled, tagPulled } from './manifest-events.ts';

const flushIntervalMs = 1_000;
// What is kept in memory; pulls beyond it are counted, and told by no event.
const maxPendingPulls = 10_000;
const eventsPerTransaction = 500;

/** A manifest that was pulled. */
export interface Pull {
  readonly repositoryId: number;
  readonly manifest: ManifestFacts;
  /** Undefined for one that was pulled by digest. */
  readonly tag: string | undefined;
  /** Account name; empty: nobody signed in. */
  readonly actor: string;
}

/** Counts pulls and pushes, and tells of pulls, without a statement on their way. */
export interface TrafficRecorder {
  readonly pulled: (pull: Pull) => void;
  readonly pushed: (repositoryId: number) => void;
  /** Writes what has been recorded, and stops the clock. */
  readonly close: () => Promise<void>;
}

export interface TrafficRecorderDeps {
  readonly pool: pg.Pool;
  readonly wakeDispatcher: WakeUp;
  readonly log: Logger;
  /** Host, and port if any, that names of images start with. */
  readonly host: string;
}

interface Counts {
  pulls: number;
  pushes: number;
}

interface PendingPull extends Pull {
  readonly at: Date;
  count: number;
}

/**
 * Makes the recorder of a process. It writes once a second; a crash loses at most that second. Pulls of one manifest by
 * one account within it are one event, which says how many they were.
 */
export function createTrafficRecorder({ pool, wakeDispatcher, log, host }: TrafficRecorderDeps): TrafficRecorder {
  let counts = new Map<number, Counts>();
  let pulls = new Map<string, PendingPull>();
  let isFull = false;
  let flushing: Promise<void> | undefined;

  function count(repositoryId: number, more: Counts): void {
    const sum = counts.get(repositoryId) ?? { pulls: 0, pushes: 0 };
    sum.pulls += more.pulls;
    sum.pushes += more.pushes;
    counts.set(repositoryId, sum);
  }

  function remember(pull: PendingPull): void {
    const { repositoryId, manifest, tag, actor } = pull;
    const key = JSON.stringify([repositoryId, manifest.digest, tag, actor]);
    const known = pulls.get(key);
    if (known) known.count += pull.count;
    else if (pulls.size < maxPendingPulls) pulls.set(key, pull);
    else isFull = true;
  }

  async function flushCounts(): Promise<void> {
    if (counts.size === 0) return;
    const written = counts;
    counts = new Map();
    try {
      await writeCounts(pool, written);
    } catch (error) {
      for (const [repositoryId, more] of written) count(repositoryId, more);
      log.warn({ err: error }, 'pull and push counts could not be written; they are tried again');
    }
  }

  async function flushPulls(): Promise<void> {
    const pending = [...pulls.values()];
    pulls = new Map();
    if (isFull) log.warn({ kept: maxPendingPulls }, 'more pulls than can be told of; the others were only counted');
    isFull = false;
    while (pending.length > 0) {
      const batch = pending.slice(0, eventsPerTransaction);
      try {
        const jobs = await withTransaction(pool, (tx) => recordEvents(tx, batch.map(eventOf)));
        if (jobs > 0) wakeDispatcher.send();
      } catch (error) {
        for (const pull of pending) remember(pull);
        log.warn({ err: error }, 'events of pulls could not be written; they are tried again');
        return;
      }
      pending.splice(0, batch.length);
    }
  }

  function eventOf({ manifest, tag, actor, at, count: times }: PendingPull): RegistryEvent {
    const context = { actor, at, host };
    return tag === undefined ? manifestPulled(manifest, times, context) : tagPulled(manifest, tag, times, context);
  }

  async function flush(): Promise<void> {
    await flushCounts();
    await flushPulls();
  }

  const timer = setInterval(() => {
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
  }, flushIntervalMs);
  timer.unref();

  return {
    pulled: (pull) => {
      count(pull.repositoryId, { pulls: 1, pushes: 0 });
      remember({ ...pull, at: new Date(), count: 1 });
    },
    pushed: (repositoryId) => count(repositoryId, { pulls: 0, pushes: 1 }),
    close: async () => {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}

async function writeCounts(pool: pg.Pool, counted: ReadonlyMap<number, Counts>): Promise<void> {
  const counts = [...counted.values()];
  // Locked in the order of ids, so that two processes cannot deadlock.
  await pool.query(
    `WITH counted AS (
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS c(id, pulls, pushes)
     ), locked AS MATERIALIZED (
       SELECT id FROM registry.repositories WHERE id IN (SELECT id FROM counted) ORDER BY id FOR NO KEY UPDATE
     )
     UPDATE registry.repositories r SET pulls = r.pulls + c.pulls, pushes = r.pushes + c.pushes
     FROM counted c JOIN locked USING (id) WHERE r.id = c.id`,
    [[...counted.keys()], counts.map(({ pulls }) => pulls), counts.map(({ pushes }) => pushes)],
  );
}
