import type pg from 'pg';
import type { Logger } from './logger.ts';

const flushIntervalMs = 1_000;

/** Counts pulls and pushes without touching the repository's row on the way. */
export interface RepositoryCounters {
  readonly count: (repositoryId: number, what: 'pulls' | 'pushes') => void;
  /** Writes what has been counted, and stops the clock. */
  readonly close: () => Promise<void>;
}

interface Counts {
  pulls: number;
  pushes: number;
}

/** Makes the counters of a process. They are written once a second; a crash loses at most that second's counts. */
export function createRepositoryCounters(pool: pg.Pool, log: Logger): RepositoryCounters {
  let pending = new Map<number, Counts>();
  let flushing: Promise<void> | undefined;

  function add(repositoryId: number, counts: Counts): void {
    const sum = pending.get(repositoryId) ?? { pulls: 0, pushes: 0 };
    sum.pulls += counts.pulls;
    sum.pushes += counts.pushes;
    pending.set(repositoryId, sum);
  }

  async function flush(): Promise<void> {
    if (pending.size === 0) return;
    const counted = pending;
    pending = new Map();
    try {
      await writeCounts(pool, counted);
    } catch (error) {
      for (const [repositoryId, counts] of counted) add(repositoryId, counts);
      log.warn({ err: error }, 'pull and push counts could not be written; they are tried again');
    }
  }

  const timer = setInterval(() => {
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
  }, flushIntervalMs);
  timer.unref();

  return {
    count: (repositoryId, what) => add(repositoryId, { pulls: 0, pushes: 0, [what]: 1 }),
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
