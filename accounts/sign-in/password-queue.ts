import { DomainError } from '../../errors/domain-error.ts';

/** Whose turn it is to be. */
export type Turn =
  /** Of somebody who has been right from there before, or has signed in in another way. */
  | 'known'
  /** Of a stranger: how many passwords were wrong lately from there, and since when somebody there has been asking. */
  | { readonly failures: number; readonly sinceMs: number };

/** Does slow work one after the other. */
export interface PasswordQueue {
  /**
   * Who is known goes first, and rests for nobody. Strangers wait for the rests; those who were wrong least often go first,
   * of equals those who have been asking for longest, and they take the places of others where there are too many.
   *
   * @param needsRest whether, after a result, strangers wait for a while
   * @throws DomainError TOO_MANY_REQUESTS where so many wait that this one would wait for long
   */
  readonly inTurn: <T>(work: () => Promise<T>, needsRest: (result: T) => boolean, turn?: Turn) => Promise<T>;
}

// So many people mistype at once.
const usualInVain = 3;
// At the most: then checking passwords takes a sixteenth of a processor.
const maxRestTurns = 15;
// For strangers who were never wrong, once, or twice: they are few, and an attacker runs out of addresses.
const maxNewcomerRestTurns = [1, 3, 3] as const;
const newcomerFailures = maxNewcomerRestTurns.length;
const mostInVain = usualInVain + Math.ceil(Math.log2(maxRestTurns));
const forgetAfterMs = 10_000;

interface Waiting {
  /** Does the work, and begins the next. */
  readonly start: () => Promise<void>;
  readonly refuse: () => void;
  readonly failures: number;
  readonly sinceMs: number;
}

/** Whether a stranger goes before another one. */
function goesFirst(one: Pick<Waiting, 'failures' | 'sinceMs'>, other: Pick<Waiting, 'failures' | 'sinceMs'>): boolean {
  return one.failures === other.failures ? one.sinceMs < other.sinceMs : one.failures < other.failures;
}

/**
 * Makes the queue of a process. There is a process for each core: whoever tries passwords gets a part of one core, and
 * the work that was in vain is followed by a rest, in which pulls have all of it. The rest is as long as the work was, and
 * twice as long with each that was in vain after the first few.
 *
 * @param maxWaiting how many may wait or be at work; fewer while there are rests, so that none waits for longer
 */
export function createPasswordQueue(maxWaiting: number): PasswordQueue {
  const known: Waiting[] = [];
  // In the order in which they go.
  const strangers: Waiting[] = [];
  let isBusy = false;
  let rest = { startedMs: -Infinity, workMs: 0 };
  let timer: NodeJS.Timeout | undefined;
  let inVain = 0;

  function restTurns(failures: number): number {
    const turns = inVain > usualInVain ? Math.min(maxRestTurns, 2 ** (inVain - usualInVain)) : 0;
    return Math.min(maxNewcomerRestTurns[failures] ?? maxRestTurns, turns);
  }

  function restsUntilMs(failures: number): number {
    return rest.startedMs + rest.workMs * Math.max(1, restTurns(failures));
  }

  function next(): void {
    if (isBusy) return;
    clearTimeout(timer);
    const waiting = known.shift() ?? nextStranger();
    if (!waiting) return;
    isBusy = true;
    void waiting.start();
  }

  function nextStranger(): Waiting | undefined {
    const [first] = strangers;
    if (!first) return undefined;
    const restMs = restsUntilMs(first.failures) - performance.now();
    if (restMs <= 0) return strangers.shift();
    timer = setTimeout(next, restMs);
    return undefined;
  }

  /** Gives whether there is a place for a stranger, for which somebody who goes later may have to leave. */
  function makePlace(stranger: Waiting): boolean {
    const { failures } = stranger;
    if (performance.now() > restsUntilMs(Infinity) + forgetAfterMs) inVain = 0;
    // A newcomer does not wait for those who are none.
    const before = strangers.filter((each) => each.failures < newcomerFailures || failures >= newcomerFailures);
    const most = Math.ceil(maxWaiting / (1 + restTurns(failures)));
    if (before.length + (isBusy ? 1 : 0) < most) return true;
    const worst = before.at(-1);
    if (!worst || !goesFirst(stranger, worst)) return false;
    strangers.splice(strangers.indexOf(worst), 1);
    worst.refuse();
    return true;
  }

  function enter(waiting: Waiting, isKnown: boolean): boolean {
    if (isKnown) {
      if (known.length + (isBusy ? 1 : 0) >= maxWaiting) return false;
      known.push(waiting);
      return true;
    }
    if (!makePlace(waiting)) return false;
    const at = strangers.findIndex((each) => goesFirst(waiting, each));
    strangers.splice(at < 0 ? strangers.length : at, 0, waiting);
    return true;
  }

  return {
    inTurn: (work, needsRest, turn = { failures: 0, sinceMs: performance.now() }) =>
      new Promise((resolve, reject) => {
        const start = async (): Promise<void> => {
          const startedMs = performance.now();
          try {
            const result = await work().finally(() => {
              isBusy = false;
            });
            if (needsRest(result)) {
              inVain = Math.min(mostInVain, inVain + 1);
              rest = { startedMs: performance.now(), workMs: performance.now() - startedMs };
            } else inVain = Math.floor(inVain / 2);
            resolve(result);
          } catch (error) {
            reject(error);
          }
          next();
        };
        const refuse = (): void => {
          const options = { retryAfterSeconds: 10 };
          reject(
            new DomainError('TOO_MANY_REQUESTS', 'too many passwords are being checked just now: try again', options),
          );
        };
        const { failures, sinceMs } = turn === 'known' ? { failures: 0, sinceMs: 0 } : turn;
        if (enter({ start, refuse, failures, sinceMs }, turn === 'known')) next();
        else refuse();
      }),
  };
}
