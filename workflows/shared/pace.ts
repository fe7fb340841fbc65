import { sleep } from '@temporalio/workflow';
import type { JobProgress } from '../../jobs/records/progress.ts';

// What a page may take at the least.
const pageSeconds = 5;

/** How fast, and for how long, a job may work. */
export interface Pace {
  /** When the job began, in its first run, for those that continue it. */
  readonly startedAtMs: number;
  /** Whether the job has used up its time: it ends, and the next one goes on. */
  isOver(): boolean;
  /** What is left of its time; undefined where it has no limit. */
  leftMs(): number | undefined;
  /** The most items that one page may have, so that no wait after it is long. */
  pageLimit(limit: number): number;
  /** Waits until `items`, which took from `sinceMs` on, are no more than the job may do in that time. */
  hold(items: number, sinceMs: number): Promise<void>;
  /** Rate and time left, for the person who watches. */
  describe(progress: Pick<JobProgress, 'itemsDone' | 'itemsTotal'>): string;
}

/** What of a job's parameters limits it; 0: no limit. */
export interface PaceLimits {
  /** In milliseconds. */
  readonly maxDuration?: number;
  readonly maxPerSecond?: number;
}

/**
 * Holds a job to its limits. One without any makes no timer.
 *
 * @param startedAtMs what an earlier run of the job has handed over
 */
export function createPace(
  { maxDuration: maxDurationMs = 0, maxPerSecond = 0 }: PaceLimits,
  startedAtMs = Date.now(),
): Pace {
  function leftMs(): number | undefined {
    return maxDurationMs === 0 ? undefined : Math.max(0, startedAtMs + maxDurationMs - Date.now());
  }
  return {
    startedAtMs,
    leftMs,
    isOver: () => leftMs() === 0,
    pageLimit: (limit) => (maxPerSecond === 0 ? limit : Math.min(limit, maxPerSecond * pageSeconds)),
    hold: async (items, sinceMs) => {
      if (maxPerSecond === 0) return;
      const waitMs = Math.ceil((items / maxPerSecond) * 1_000 - (Date.now() - sinceMs));
      // At the end of its time a job need not wait any more.
      const delayMs = Math.min(waitMs, leftMs() ?? waitMs);
      if (delayMs > 0) await sleep(delayMs, { summary: `at most ${maxPerSecond} a second` });
    },
    describe: ({ itemsDone, itemsTotal }) => {
      const perSecond = itemsDone / Math.max(1, (Date.now() - startedAtMs) / 1_000);
      const rate = `**Rate:** ${perSecond.toFixed(1)} a second`;
      if (itemsTotal === undefined || perSecond === 0) return rate;
      return `${rate}\n\n**Time left:** ${Math.ceil(Math.max(0, itemsTotal - itemsDone) / perSecond)} s`;
    },
  };
}
