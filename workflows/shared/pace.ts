import { sleep } from '@temporalio/workflow';
import { parseDurationMs } from '../../config/duration.ts';
import { integerParameter, invalidParameter, type JobInput } from './job-input.ts';

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
  describe(itemsDone: number, itemsTotal: number | undefined): string;
}

/**
 * Reads the parameter `busyPercent` (10): how much of the time a job's activities may work.
 *
 * @throws ApplicationFailure of type InvalidParameters, which ends the job
 */
export function busyPercentOf(input: JobInput): number {
  return integerParameter(input, 'busyPercent', 10);
}

/**
 * Reads the parameters `maxDuration` (Go duration string; empty or 0s: no limit) and `maxPerSecond` (0: no limit). A
 * job without limits makes no timer.
 *
 * @param startedAtMs what an earlier run of the job has handed over
 * @param defaultPerSecond the limit of a job that names none
 * @throws ApplicationFailure of type InvalidParameters, which ends the job
 */
export function createPace(input: JobInput, startedAtMs = Date.now(), defaultPerSecond = 0): Pace {
  const durationText = input.parameters['maxDuration'] ?? '';
  const parsedMs = durationText === '' ? 0 : parseDurationMs(durationText);
  if (parsedMs === undefined) throw invalidParameter('maxDuration', durationText, 'a duration such as 30m');
  const maxDurationMs = parsedMs;
  const rateText = input.parameters['maxPerSecond'] ?? String(defaultPerSecond);
  if (!/^\d{1,9}$/.test(rateText)) throw invalidParameter('maxPerSecond', rateText, 'a whole number');
  const maxPerSecond = Number(rateText);
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
    describe: (itemsDone, itemsTotal) => {
      const perSecond = itemsDone / Math.max(1, (Date.now() - startedAtMs) / 1_000);
      const rate = `**Rate:** ${perSecond.toFixed(1)} a second`;
      if (itemsTotal === undefined || perSecond === 0) return rate;
      return `${rate}\n\n**Time left:** ${Math.ceil(Math.max(0, itemsTotal - itemsDone) / perSecond)} s`;
    },
  };
}
