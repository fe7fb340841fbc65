import { DirectoryUnavailableError } from './errors.ts';

/** Lets so many work at once; the others wait. */
export interface Turns {
  /**
   * Runs `work` once it is its turn.
   *
   * @param signal ends the wait
   * @throws DirectoryUnavailableError where too many wait, or the wait was ended
   */
  readonly inTurn: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;
}

/** Makes a limit of `atOnce` at work and `maxWaiting` waiting. */
export function createTurns(atOnce: number, maxWaiting: number): Turns {
  let free = atOnce;
  const waiting = new Set<() => void>();

  async function begin(signal: AbortSignal): Promise<void> {
    if (free > 0) {
      free--;
      return;
    }
    if (waiting.size >= maxWaiting)
      throw new DirectoryUnavailableError('too many sign-ins wait for the LDAP directory: try again');
    const turn = Promise.withResolvers<void>();
    const take = (): void => turn.resolve();
    const giveUp = (): void => {
      if (waiting.delete(take)) turn.reject(new DirectoryUnavailableError('the directory took too long'));
    };
    waiting.add(take);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    await turn.promise.finally(() => signal.removeEventListener('abort', giveUp));
  }

  function end(): void {
    const [next] = waiting;
    if (next === undefined) {
      free++;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    inTurn: async (work, signal) => {
      await begin(signal);
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}
