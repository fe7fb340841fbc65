import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../errors.ts';

/** Does slow work one after the other. */
export interface PasswordQueue {
  /**
   * @param needsRest whether, after a result, the next one waits for as long as the work took
   * @throws ApiError TOO_MANY_REQUESTS where so many wait that this one would wait for long
   */
  readonly inTurn: <T>(work: () => Promise<T>, needsRest: (result: T) => boolean) => Promise<T>;
}

/**
 * Makes the queue of a process. There is a process for each core: whoever tries passwords gets a part of one core, and
 * the work that was in vain is followed by a rest, in which pulls have all of it.
 *
 * @param maxWaiting how many may wait or be at work
 */
export function createPasswordQueue(maxWaiting: number): PasswordQueue {
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();

  return {
    inTurn: async (work, needsRest) => {
      if (waiting >= maxWaiting) {
        throw new ApiError('TOO_MANY_REQUESTS', 'too many passwords are being checked just now: try again', {
          retryAfterSeconds: 10,
        });
      }
      waiting++;
      const before = turn;
      const { promise: isMyTurnOver, resolve: endTurn } = Promise.withResolvers<void>();
      turn = isMyTurnOver;
      let restMs = 0;
      try {
        await before;
        const startedMs = performance.now();
        const result = await work();
        if (needsRest(result)) restMs = performance.now() - startedMs;
        return result;
      } finally {
        waiting--;
        void delay(restMs).then(endTurn);
      }
    },
  };
}
