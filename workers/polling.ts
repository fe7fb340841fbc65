import type { Listener } from '../database/listener.ts';
import type { Logger } from '../log/logger.ts';

export interface PollingOptions {
  /** For the log. */
  readonly name: string;
  /** Longest wait between two polls. */
  readonly intervalMs: number;
  /** A NOTIFY that ends the wait early. */
  readonly wakeOn?: { readonly listener: Listener; readonly channel: string };
  readonly log: Logger;
  /** Does what there is to do; returns whether there is more, in which case it is called again at once. */
  readonly poll: () => Promise<boolean>;
}

/** A loop that runs until it is closed. */
export interface Polling {
  /** Waits for the poll under way, and starts no other. */
  close(): Promise<void>;
}

/** Calls `poll` again and again. One that throws is logged, and tried again after the interval. */
export function startPolling(options: PollingOptions): Polling {
  const stop = new AbortController();
  let isWoken = false;
  let endWait: (() => void) | undefined;

  function wake(): void {
    isWoken = true;
    endWait?.();
  }
  const stopListening = options.wakeOn?.listener.on(options.wakeOn.channel, wake);

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      isWoken = false;
      const hasMore = await options.poll().catch((error: unknown) => {
        options.log.error({ err: error }, `${options.name} failed`);
        return false;
      });
      if (hasMore || isWoken || stop.signal.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, options.intervalMs);
        endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      endWait = undefined;
    }
  }
  const running = run();

  return {
    close: async () => {
      stop.abort();
      stopListening?.();
      endWait?.();
      await running;
    },
  };
}
