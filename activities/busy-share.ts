import { setTimeout as delay } from 'node:timers/promises';

export interface BusyShareOptions {
  /** How many items the page may have. */
  readonly limit: number;
  /** 1 to 100: how much of the time may be work. At 100 the page is one step. */
  readonly busyPercent: number;
  /** Ends a rest, and with it the page. */
  readonly signal: AbortSignal;
}

// So few that clients who wait for the disk, or for the rows of a step, hardly notice; fewer cost more for each.
const stepItems = 500;
// A job is paused and cancelled between pages.
const longestPageMs = 2_000;

/**
 * Does a page in small steps, and rests after each, so that clients get the rest of the machine. The more they ask of it,
 * the longer a step takes, and the longer its rest. The page ends early where it takes too long.
 *
 * @param step does up to so many items, and gives whether the work list is at its end
 * @returns the same
 */
export async function inBusyShare(
  { limit, busyPercent, signal }: BusyShareOptions,
  step: (limit: number) => Promise<boolean>,
): Promise<boolean> {
  if (busyPercent >= 100) return step(limit);
  const endMs = performance.now() + longestPageMs;
  for (let left = limit; left > 0 && performance.now() < endMs && !signal.aborted; left -= stepItems) {
    const startedMs = performance.now();
    if (await step(Math.min(left, stepItems))) return true;
    const restMs = (performance.now() - startedMs) * (100 / busyPercent - 1);
    await delay(Math.min(restMs, Math.max(0, endMs - performance.now())), undefined, { signal }).catch(() => undefined);
  }
  return false;
}
