import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Hears NOTIFY, on a connection of its own. */
export interface Listener {
  /**
   * Calls `onNotify` at each NOTIFY of a channel with what it carries, and with undefined whenever notifications may have
   * been missed (after the connection was lost). Returns a function that stops it.
   */
  on(channel: string, onNotify: (payload: string | undefined) => void): () => void;
  /** The PostgreSQL process that listens for this one, as `pg_stat_activity` knows it; undefined while there is none. */
  processId(): number | undefined;
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly connectionString: string;
  readonly applicationName: string;
  /** Told of a lost connection; it is made again by itself. */
  readonly onError: (error: Error) => void;
}

const reconnectDelayMs = 1_000;

/** How `pg_stat_activity` names the listeners of an application. */
export function listenerName(applicationName: string): string {
  return `${applicationName} listener`;
}

/** Opens the listener of a process. Notifications are hints: whoever uses it polls as well. */
export function createListener(options: ListenerOptions): Listener {
  const handlers = new Map<string, Set<(payload: string | undefined) => void>>();
  const stop = new AbortController();
  let client: pg.Client | undefined;
  let processId: number | undefined;

  async function connect(): Promise<void> {
    const candidate = new pg.Client({
      connectionString: options.connectionString,
      application_name: listenerName(options.applicationName),
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    const lost = new Promise<Error>((resolve) => {
      candidate.on('error', resolve);
      candidate.on('end', () => resolve(new Error('the connection was closed')));
    });
    candidate.on('notification', ({ channel, payload }) => call(channel, payload ?? ''));
    await candidate.connect();
    const { rows } = await candidate.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    // Channels that are added meanwhile are among these; nothing may be waited for between the last and what follows.
    for (const channel of handlers.keys()) await candidate.query(`LISTEN ${candidate.escapeIdentifier(channel)}`);
    if (stop.signal.aborted) return candidate.end();
    client = candidate;
    processId = rows[0]?.pid;
    for (const channel of handlers.keys()) call(channel, undefined);
    const error = await lost;
    client = undefined;
    processId = undefined;
    if (!stop.signal.aborted) throw error;
  }

  /** A statement that the close has cut off is no failure. */
  function report(error: Error): void {
    if (!stop.signal.aborted) options.onError(error);
  }

  function call(channel: string, payload: string | undefined): void {
    for (const handler of handlers.get(channel) ?? []) handler(payload);
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await connect();
      } catch (error) {
        report(error as Error);
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
        client
          ?.query(`LISTEN ${client.escapeIdentifier(channel)}`)
          .then(() => call(channel, undefined))
          .catch(report);
      }
      return () => handlers.get(channel)?.delete(onNotify);
    },
    processId: () => processId,
    close: async () => {
      stop.abort();
      await client?.end();
      await running;
    },
  };
}
