import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { recordEvents, type RegistryEvent } from '../../events/events.ts';
import type { WakeUp } from '../../database/wake-up.ts';
import { type AskedTags, createAskedTags, type ManifestClient } from './asked-tags.ts';
import type { Logger } from '../../log/logger.ts';
import { type ManifestFacts, manifestPulled, tagPulled } from '../manifests/manifest-events.ts';

const flushIntervalMs = 1_000;
// Longer than it takes any process to write down what it was asked for before.
const settleMs = 1_500;
// What is kept in memory; pulls beyond it are counted, and told by no event.
const maxPendingPulls = 10_000;
const eventsPerTransaction = 500;

/** A manifest that was pulled. */
export interface Pull {
  readonly client: ManifestClient;
  readonly manifest: ManifestFacts;
  /** Undefined for one that was pulled by digest. */
  readonly tag: string | undefined;
}

/** Counts pulls and pushes, and tells of pulls, without a statement on their way. */
export interface TrafficRecorder {
  readonly pulled: (pull: Pull) => void;
  /** A client was told by HEAD which manifest a tag names. */
  readonly asked: AskedTags['asked'];
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
 * Makes the recorder of a process. It writes once a second; a crash loses at most two. Pulls of one manifest by one account
 * within it are one event, which says how many they were: TAG_PULL of those by tag, MANIFEST_PULL of those by digest, and
 * TAG_PULL as well where the client had asked for a tag before, in whichever process.
 */
export function createTrafficRecorder({ pool, wakeDispatcher, log, host }: TrafficRecorderDeps): TrafficRecorder {
  const askedTags = createAskedTags(pool);
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
    const { client, tag } = pull;
    // By digest, the address matters: it may have asked for a tag.
    const key = JSON.stringify([client.repositoryId, client.digest, client.actor, tag ?? { by: client.address }]);
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

  async function flushAsked(): Promise<void> {
    await askedTags.write().catch((error: unknown) => {
      log.warn(
        { err: error },
        'the tags that clients asked for could not be recorded; their pulls are reported by digest only',
      );
    });
  }

  /** @param isLast whether nothing is left for the next time */
  async function flushPulls(isLast: boolean): Promise<void> {
    const settledAtMs = Date.now() - (isLast ? 0 : settleMs);
    const pending = [...pulls.values()].filter(({ tag, at }) => tag !== undefined || at.getTime() <= settledAtMs);
    const waiting = [...pulls].filter(([, { tag, at }]) => tag === undefined && at.getTime() > settledAtMs);
    pulls = new Map(waiting);
    if (isFull) log.warn({ kept: maxPendingPulls }, 'too many pulls to report each; the others were only counted');
    isFull = false;
    while (pending.length > 0) {
      const batch = pending.slice(0, eventsPerTransaction);
      try {
        const events = await eventsOf(batch);
        const jobs = await withTransaction(pool, (tx) => recordEvents(tx, events));
        if (jobs > 0) wakeDispatcher.send();
      } catch (error) {
        for (const pull of pending) remember(pull);
        log.warn({ err: error }, 'events of pulls could not be written; they are tried again');
        return;
      }
      pending.splice(0, batch.length);
    }
  }

  async function eventsOf(batch: readonly PendingPull[]): Promise<RegistryEvent[]> {
    const byDigest = batch.filter(({ tag }) => tag === undefined);
    const tags = await askedTags.find(byDigest.map(({ client }) => client));
    const tagPulls = [...batch, ...byDigest.map((pull, index) => ({ ...pull, tag: tags[index] }))];
    return [
      ...together(byDigest).map(({ manifest, client, at, count: times }) =>
        manifestPulled(manifest, times, { actor: client.actor, at, host }),
      ),
      ...together(tagPulls).flatMap(({ manifest, client, at, tag, count: times }) =>
        tag === undefined ? [] : [tagPulled(manifest, tag, times, { actor: client.actor, at, host })],
      ),
    ];
  }

  async function flush(isLast = false): Promise<void> {
    await flushCounts();
    await flushAsked();
    await flushPulls(isLast);
  }

  const timer = setInterval(() => {
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
  }, flushIntervalMs);
  timer.unref();

  return {
    pulled: (pull) => {
      count(pull.client.repositoryId, { pulls: 1, pushes: 0 });
      remember({ ...pull, at: new Date(), count: 1 });
    },
    asked: askedTags.asked,
    pushed: (repositoryId) => count(repositoryId, { pulls: 0, pushes: 1 }),
    close: async () => {
      clearInterval(timer);
      await flushing;
      await flush(true);
    },
  };
}

/** Adds up pulls of one manifest, under one tag or none, by one account. */
function together(pulls: readonly PendingPull[]): PendingPull[] {
  const sums = new Map<string, PendingPull>();
  for (const pull of pulls) {
    const { client, tag } = pull;
    const key = JSON.stringify([client.repositoryId, client.digest, client.actor, tag ?? null]);
    const sum = sums.get(key);
    if (sum) sum.count += pull.count;
    else sums.set(key, { ...pull });
  }
  return [...sums.values()];
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
