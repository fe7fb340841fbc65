import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type Listener, listenerName } from '../../database/listener.ts';
import type { Logger } from '../../log/logger.ts';

/** The application name of processes that keep a cache; by it they find each other in `pg_stat_activity`. */
export const cacheApplicationName = 'jobrunner registry';

const invalidateChannel = 'registry_cache_invalidate';
const ackChannel = 'registry_cache_ack';
// A process that does not answer for so long is not waited for again until it does; what its cache holds expires soon.
const ackTimeoutMs = 1_000;
// PostgreSQL takes 7,999 bytes.
const maxPayloadBytes = 7_900;

export type CacheKind = 'tag' | 'manifest' | 'blob';

/** Names a thing of which caches may hold a copy; `*` in place of a name: all things of the kind. */
export type CacheKey = `${CacheKind} ${string}`;

/** Tells the caches of all processes what has changed. */
export interface Invalidations {
  /**
   * Resolves when no process can answer from what it knew before: every cache of every process has dropped `keys`, or
   * has had a second to. Call after the commit and before the answer.
   *
   * @param keys undefined: everything
   */
  readonly publish: (keys: readonly CacheKey[] | undefined) => Promise<void>;
  /** Whether this process hears of every change, and so may answer from memory. */
  readonly isCoherent: () => boolean;
  readonly close: () => void;
}

export interface InvalidationsDeps {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly log: Logger;
  /** Drops copies; undefined: all of them. */
  readonly onInvalidate: (keys: readonly CacheKey[] | undefined) => void;
}

interface Invalidation {
  readonly id: string;
  readonly keys: readonly CacheKey[] | null;
}

interface Acknowledgements {
  readonly by: Set<number>;
  /** Called after each that has come. */
  check: () => void;
}

interface Ack {
  readonly ids: readonly string[];
  readonly processId: number;
}

/**
 * Joins the processes that keep a cache. An invalidation is a NOTIFY; each process drops its copies and acknowledges by
 * another one. Who has to is read from `pg_stat_activity` in the same statement, so a process that died is not waited
 * for. Calls that come while one statement is on its way share the next.
 */
export function createInvalidations({ pool, listener, log, onInvalidate }: InvalidationsDeps): Invalidations {
  // Invalidations of this process that are under way, with who has acknowledged them.
  const underWay = new Map<string, Acknowledgements>();
  const silent = new Set<number>();
  let coherentProcessId: number | undefined;

  const stopInvalidate = listener.on(invalidateChannel, (payload) => {
    if (payload === undefined) {
      coherentProcessId = listener.processId();
      onInvalidate(undefined);
      return;
    }
    const { id, keys } = JSON.parse(payload) as Invalidation;
    if (underWay.has(id)) return;
    onInvalidate(keys ?? undefined);
    void acknowledge(id);
  });
  const stopAck = listener.on(ackChannel, (payload) => {
    if (payload === undefined) return;
    const { ids, processId } = JSON.parse(payload) as Ack;
    silent.delete(processId);
    for (const id of ids) {
      const acks = underWay.get(id);
      acks?.by.add(processId);
      acks?.check();
    }
  });

  const acknowledge = batched<string>(async (ids) => {
    const processId = listener.processId();
    if (processId === undefined) return;
    await pool.query('SELECT pg_notify($1, $2)', [ackChannel, JSON.stringify({ ids, processId } satisfies Ack)]);
  }, log);

  const publishAll = batched<readonly CacheKey[] | undefined>(async (batch) => {
    const id = randomUUID();
    const all = batch.includes(undefined) ? null : [...new Set(batch.flatMap((keys) => keys ?? []))];
    let payload = JSON.stringify({ id, keys: all } satisfies Invalidation);
    if (Buffer.byteLength(payload) > maxPayloadBytes) payload = JSON.stringify({ id, keys: null });
    const acks: Acknowledgements = { by: new Set(), check: () => undefined };
    underWay.set(id, acks);
    try {
      const { rows } = await pool.query<{ members: number[] }>({
        name: 'registry-publish-invalidation',
        text: `SELECT pg_notify($1, $2), ARRAY(
                 SELECT pid FROM pg_stat_activity
                 WHERE application_name = $3 AND datname = current_database()) AS members`,
        values: [invalidateChannel, payload, listenerName(cacheApplicationName)],
      });
      const own = listener.processId();
      const others = rows[0]?.members.filter((pid) => pid !== own && !silent.has(pid)) ?? [];
      const missing = (): number[] => others.filter((pid) => !acks.by.has(pid));
      await waitFor(acks, () => missing().length === 0);
      for (const pid of missing()) {
        silent.add(pid);
        log.warn({ processId: pid }, 'a process did not drop its cached metadata in time; it expires there by itself');
      }
    } finally {
      underWay.delete(id);
    }
  }, log);

  return {
    publish: (keys) => {
      onInvalidate(keys);
      return keys?.length === 0 ? Promise.resolve() : publishAll(keys);
    },
    isCoherent: () => coherentProcessId !== undefined && coherentProcessId === listener.processId(),
    close: () => {
      stopInvalidate();
      stopAck();
    },
  };
}

async function waitFor(acks: Acknowledgements, isDone: () => boolean): Promise<void> {
  if (isDone()) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ackTimeoutMs);
    acks.check = () => {
      if (!isDone()) return;
      clearTimeout(timer);
      resolve();
    };
  });
}

/** Makes a function that gathers what it is called with while `send` is under way. A failure is logged, not thrown. */
function batched<T>(send: (items: readonly T[]) => Promise<void>, log: Logger): (item: T) => Promise<void> {
  let waiting: { items: T[]; sent: Promise<void> } | undefined;
  let underWay: Promise<void> = Promise.resolve();
  return (item) => {
    if (waiting) {
      waiting.items.push(item);
      return waiting.sent;
    }
    const items = [item];
    const sent = underWay.then(async () => {
      waiting = undefined;
      await send(items).catch((error: unknown) =>
        log.warn(
          { err: error },
          'the caches of other processes could not be told of a change; they expire by themselves',
        ),
      );
    });
    waiting = { items, sent };
    underWay = sent;
    return sent;
  };
}
