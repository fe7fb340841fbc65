import { LRUCache } from 'lru-cache';
import { DomainError } from '../../errors/domain-error.ts';

/** What one caller may ask of one process. */
export interface RequestPaceLimits {
  /** How many requests at once. Further ones wait, each kind in order. */
  readonly maxUnderWay: number;
  /** How many that change something may wait, and how many others. */
  readonly maxWaiting: number;
  /** For how long. */
  readonly maxWaitMs: number;
  /** How many that change something are not held up, after a while without any. */
  readonly changeBurst: number;
  /** How many of them a second, after that. */
  readonly changesPerSecond: number;
}

export const defaultRequestPace: RequestPaceLimits = {
  maxUnderWay: 8,
  maxWaiting: 500,
  maxWaitMs: 30_000,
  changeBurst: 200,
  changesPerSecond: 20,
};

export interface PacedRequest {
  /** Whoever asks: an account, or a network. */
  readonly caller: string;
  /** Whether it may change something. */
  readonly isChange: boolean;
  /** Aborts when nobody waits for an answer any more. */
  readonly gone: AbortSignal;
}

/** The right of a request to be worked at. */
export interface Place {
  /** Whether it had to wait: what was known of its sender may have changed. */
  readonly hasWaited: boolean;
  /** Has to be called once the work is over; again does nothing. */
  readonly leave: () => void;
}

/** Shares the time of a process out among those who ask. */
export interface RequestPace {
  /**
   * Waits for a place.
   *
   * @throws DomainError TOO_MANY_REQUESTS where too many of the caller's requests wait, or this one has waited for too long;
   *   CLIENT_CLOSED_REQUEST
   */
  readonly enter: (request: PacedRequest) => Promise<Place>;
}

interface Waiting {
  readonly isChange: boolean;
  readonly start: () => void;
  /** Undefined: it has not waited yet. */
  patience: NodeJS.Timeout | undefined;
}

/** A caller of whom something is under way or waits. */
interface Caller {
  underWay: number;
  readonly waiting: Waiting[];
  timer: NodeJS.Timeout | undefined;
}

// Whoever is forgotten has a burst again: that takes as many accounts.
const maxCounted = 10_000;
const retryAfterSeconds = 10;

/**
 * Makes the pace of a process. Each caller has places and a pace for changes of its own, so nobody waits for another one.
 * Who asks faster is slowed first: a program that waits for its answers gets them all, however many things it makes.
 * Refused is who sends very many requests without waiting for answers.
 *
 * @param now milliseconds, of a clock that only goes forward
 */
export function createRequestPace(
  limits: RequestPaceLimits = defaultRequestPace,
  now: () => number = () => performance.now(),
): RequestPace {
  const { maxUnderWay, maxWaiting, maxWaitMs, changeBurst, changesPerSecond } = limits;
  const callers = new Map<string, Caller>();
  // How many changes were left, and when that was so; who is not here has all of them.
  const changes = new LRUCache<string, { left: number; atMs: number }>({ max: maxCounted });

  function changesLeft(key: string): number {
    const count = changes.get(key);
    if (!count) return changeBurst;
    return Math.min(changeBurst, count.left + ((now() - count.atMs) * changesPerSecond) / 1_000);
  }

  function startNext(key: string, caller: Caller): void {
    clearTimeout(caller.timer);
    while (caller.underWay < maxUnderWay) {
      const left = changesLeft(key);
      const at = caller.waiting.findIndex(({ isChange }) => !isChange || left >= 1);
      const [next] = at < 0 ? [] : caller.waiting.splice(at, 1);
      if (!next) break;
      if (next.isChange) changes.set(key, { left: left - 1, atMs: now() });
      caller.underWay++;
      next.start();
    }
    if (caller.underWay === 0 && caller.waiting.length === 0) callers.delete(key);
    else if (caller.underWay < maxUnderWay && caller.waiting.length > 0) {
      const waitMs = ((1 - changesLeft(key)) * 1_000) / changesPerSecond;
      caller.timer = setTimeout(() => startNext(key, caller), Math.max(1, waitMs));
    }
  }

  function placeOf(key: string, caller: Caller, hasWaited: boolean): Place {
    let isLeft = false;
    return {
      hasWaited,
      leave: () => {
        if (isLeft) return;
        isLeft = true;
        caller.underWay--;
        startNext(key, caller);
      },
    };
  }

  return {
    enter: ({ caller: key, isChange, gone }) =>
      new Promise((resolve, reject) => {
        if (gone.aborted) {
          reject(clientGone());
          return;
        }
        const caller = callers.get(key) ?? { underWay: 0, waiting: [], timer: undefined };
        callers.set(key, caller);
        // Who only reads is not refused because of changes that wait.
        if (caller.waiting.filter((each) => each.isChange === isChange).length >= maxWaiting) {
          reject(tooMany(`${maxWaiting} requests of yours wait here already`));
          return;
        }
        const waiting: Waiting = {
          isChange,
          patience: undefined,
          start: () => {
            endWait();
            resolve(placeOf(key, caller, waiting.patience !== undefined));
          },
        };
        const endWait = (): void => {
          clearTimeout(waiting.patience);
          gone.removeEventListener('abort', onGone);
        };
        const giveUp = (error: DomainError): void => {
          endWait();
          caller.waiting.splice(caller.waiting.indexOf(waiting), 1);
          startNext(key, caller);
          reject(error);
        };
        const onGone = (): void => giveUp(clientGone());
        caller.waiting.push(waiting);
        startNext(key, caller);
        if (!caller.waiting.includes(waiting)) return;
        gone.addEventListener('abort', onGone, { once: true });
        waiting.patience = setTimeout(
          () => giveUp(tooMany(`this one has waited for ${maxWaitMs / 1_000} s for others of yours`)),
          maxWaitMs,
        );
      }),
  };
}

function tooMany(why: string): DomainError {
  return new DomainError('TOO_MANY_REQUESTS', `${why}: wait for answers before you send more, or send fewer at once`, {
    retryAfterSeconds,
  });
}

function clientGone(): DomainError {
  return new DomainError('CLIENT_CLOSED_REQUEST', 'the client went away before its request was begun');
}
