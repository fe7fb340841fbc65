import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Hears NOTIFY, on a connection of its own. */
export interface Listener {
  /**
   * Calls `onNotify` at each NOTIFY of a channel, and once whenever notifications may have been missed (after the
   * connection was lost). Returns a function that stops it.
   */
  on(channel: string, onNotify: () => void): () => void;
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly connectionString: string;
  readonly applicationName: string;
  /** Told of a lost connection; it is made again by itself. */
  readonly onError: (error: Error) => void;
}

const reconnectDelayMs = 1_000;

/** Opens the listener of a process. Notifications are hints: whoever uses it polls as well. */
export function createListener(options: ListenerOptions): Listener {
  const handlers = new Map<string, Set<() => void>>();
  const stop = new AbortController();
  let client: pg.Client | undefined;

  async function connect(): Promise<void> {
    const candidate = new pg.Client({
      connectionString: options.connectionString,
      application_name: `${options.applicationName} listener`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    const lost = new Promise<Error>((resolve) => {
      candidate.on('error', resolve);
      candidate.on('end', () => resolve(new Error('the connection was closed')));
    });
    candidate.on('notification', ({ channel }) => call(channel));
    await candidate.connect();
    for (const channel of handlers.keys()) await candidate.query(`LISTEN ${candidate.escapeIdentifier(channel)}`);
    if (stop.signal.aborted) return candidate.end();
    client = candidate;
    for (const channel of handlers.keys()) call(channel);
    const error = await lost;
    client = undefined;
    if (!stop.signal.aborted) throw error;
  }

  function call(channel: string): void {
    for (const handler of handlers.get(channel) ?? []) handler();
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await connect();
      } catch (error) {
        options.onError(error as Error);
        await delay(reconnectDelayMs, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }
  const running = run();

  return {
    on: (channel, onNotify) => {
      const known = handlers.get(channel);
      if (known) known.add(onNotify);
      else {
        handlers.set(channel, new Set([onNotify]));
        client?.query(`LISTEN ${client.escapeIdentifier(channel)}`).catch(options.onError);
      }
      return () => handlers.get(channel)?.delete(onNotify);
    },
    close: async () => {
      stop.abort();
      await client?.end();
      await running;
    },
  };
}
