import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Default 30 s. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Asks again and again until there is an answer.
 *
 * @param what completes "waited in vain for …"
 * @param ask gives undefined or false for as long as there is none
 * @throws Error where there is none in time
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 30_000, intervalMs = 50 }: EventuallyOptions = {},
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await delay(intervalMs);
  }
}
