import { ApiError } from '../errors.ts';

/** Does slow work one after the other. */
export interface PasswordQueue {
  /**
   * @param needsRest whether, after a result, strangers wait for a while
   * @param isKnown whether it is for somebody who has been right from there before: they go first, and rest for nobody
   * @throws ApiError TOO_MANY_REQUESTS where so many wait that this one would wait for long
   */
  readonly inTurn: <T>(
    work: () => Promise<T>,
    needsRest: (result: T) => boolean,
    options?: { readonly isKnown?: boolean },
  ) => Promise<T>;
}

// So many people mistype at once.
const usualInVain = 3;
// At the most: then checking passwords takes a sixteenth of a processor.
const maxRestTurns = 15;
const mostInVain = usualInVain + Math.ceil(Math.log2(maxRestTurns));
const forgetAfterMs = 10_000;

/**
 * Makes the queue of a process. There is a process for each core: whoever tries passwords gets a part of one core, and
 * the work that was in vain is followed by a rest, in which pulls have all of it. The rest is as long as the work was, and
 * twice as long with each that was in vain after the first few.
 *
 * @param maxWaiting how many may wait or be at work; fewer while there are rests, so that none waits for longer
 */
export function createPasswordQueue(maxWaiting: number): PasswordQueue {
  // Each does its work, and begins the next.
  const known: (() => Promise<void>)[] = [];
  const strangers: (() => Promise<void>)[] = [];
  let isBusy = false;
  let rest: NodeJS.Timeout | undefined;
  let restedAtMs = 0;
  let inVain = 0;

  function maxStrangers(): number {
    if (!rest && performance.now() > restedAtMs + forgetAfterMs) inVain = 0;
    return Math.ceil(maxWaiting / (1 + restTurns()));
  }

  function restTurns(): number {
    return inVain > usualInVain ? Math.min(maxRestTurns, 2 ** (inVain - usualInVain)) : 0;
  }

  function beginRest(workMs: number): void {
    inVain = Math.min(mostInVain, inVain + 1);
    clearTimeout(rest);
    rest = setTimeout(
      () => {
        rest = undefined;
        restedAtMs = performance.now();
        next();
      },
      workMs * Math.max(1, restTurns()),
    );
  }

  function next(): void {
    if (isBusy) return;
    const work = known.shift() ?? (rest ? undefined : strangers.shift());
    if (!work) return;
    isBusy = true;
    void work();
  }

  return {
    inTurn: (work, needsRest, { isKnown = false } = {}) =>
      new Promise((resolve, reject) => {
        const lane = isKnown ? known : strangers;
        if (lane.length + (isBusy ? 1 : 0) >= (isKnown ? maxWaiting : maxStrangers())) {
          throw new ApiError('TOO_MANY_REQUESTS', 'too many passwords are being checked just now: try again', {
            retryAfterSeconds: 10,
          });
        }
        lane.push(async () => {
          const startedMs = performance.now();
          try {
            const result = await work().finally(() => {
              isBusy = false;
            });
            if (needsRest(result)) beginRest(performance.now() - startedMs);
            else inVain = Math.floor(inVain / 2);
            resolve(result);
          } catch (error) {
            reject(error);
          }
          next();
        });
        next();
      }),
  };
}
