import { setTimeout as delay } from 'node:timers/promises';

/** A server that runs in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves once the process has ended, whoever ended it, with how it ended. Never rejects. */
  readonly exited: Promise<string>;
  /** Ends it in good order. Resolves once the process has ended. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): void;
}

export interface Supervised<S extends ServerProcess> {
  /** The server as it was last started. */
  current(): S;
  /** Ends the server and the supervising. */
  stop(): Promise<void>;
  /** The same at once, without tidying up. */
  kill(): void;
}

export interface SuperviseOptions<S> {
  /** For the log. */
  readonly name: string;
  /** Starts the server; a later time on the ports and the data of the server that ended. */
  readonly start: (previous: S | undefined) => Promise<S>;
  readonly log: (message: string) => void;
}

const firstBackoffMs = 500;
const maxBackoffMs = 10_000;
// A server that has run for so long did not die of how it was started.
const healthyMs = 60_000;

/**
 * Starts a server and keeps it running: when it ends by itself it is started again, at first after 0.5 s, then after
 * twice as long each time, up to 10 s.
 *
 * @throws whatever the first start throws; later ones are told to the log and tried again
 */
export async function supervise<S extends ServerProcess>(options: SuperviseOptions<S>): Promise<Supervised<S>> {
  const { name, start, log } = options;
  const stopping = new AbortController();
  let server = await start(undefined);

  const keepRunning = async (): Promise<void> => {
    let backoffMs = firstBackoffMs;
    for (;;) {
      const startedMs = performance.now();
      const reason = await server.exited;
      if (stopping.signal.aborted) return;
      if (performance.now() - startedMs > healthyMs) backoffMs = firstBackoffMs;
      log(`${name} ended unexpectedly (${reason}); starting it again`);
      for (let started = false; !started; backoffMs = Math.min(backoffMs * 2, maxBackoffMs)) {
        await delay(backoffMs, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        try {
          server = await start(server);
          started = true;
        } catch (error) {
          log(`${name} cannot be started again: ${(error as Error).message}`);
        }
      }
      if (stopping.signal.aborted) return await server.stop();
      log(`${name} runs again`);
    }
  };
  const done = keepRunning();

  return {
    current: () => server,
    async stop() {
      stopping.abort();
      await server.stop();
      await done;
    },
    kill() {
      stopping.abort();
      server.kill();
    },
  };
}
