import type { Listener } from './listener.ts';

/** What a query gives, kept in memory and brought up to date. */
export interface Followed<T> {
  /** What was read last. Answers from memory. */
  readonly current: () => T;
  readonly close: () => void;
}

export interface FollowOptions<T> {
  readonly read: () => Promise<T>;
  readonly listener: Pick<Listener, 'on'>;
  /** The NOTIFY channel that tells of changes. */
  readonly channel: string;
  /** How long a NOTIFY that got lost goes unnoticed. */
  readonly pollIntervalMs: number;
  /** Told of the first of several failures in a row; what was read before stays. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads something that is small, and reads it again at every NOTIFY and from time to time.
 *
 * @throws the error of the first reading
 */
export async function follow<T>(options: FollowOptions<T>): Promise<Followed<T>> {
  const { read, listener, channel, pollIntervalMs, onError } = options;
  let isWanted = false;
  let isLoading = false;
  let isFailing = false;
  const stop = new AbortController();

  async function reload(): Promise<void> {
    isWanted = true;
    if (isLoading) return;
    isLoading = true;
    while (isWanted && !stop.signal.aborted) {
      isWanted = false;
      try {
        current = await read();
        isFailing = false;
      } catch (error) {
        if (!isFailing && !stop.signal.aborted) onError(error);
        isFailing = true;
      }
    }
    isLoading = false;
  }

  // Before the first reading, so that no change falls between the two.
  const stopListening = listener.on(channel, () => void reload());
  let current: T;
  try {
    current = await read();
  } catch (error) {
    stopListening();
    throw error;
  }
  const timer = setInterval(() => void reload(), pollIntervalMs);
  timer.unref();

  return {
    current: () => current,
    close: () => {
      stop.abort();
      stopListening();
      clearInterval(timer);
    },
  };
}
