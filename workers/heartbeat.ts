import type pg from 'pg';
import { heartbeatExpiryMs } from '../jobs/queue/capacity.ts';
import type { WakeUp } from '../database/wake-up.ts';
import {
  buryWorker,
  endWorker,
  findOverdueWorkers,
  registerWorker,
  removeOldWorkers,
  sendHeartbeat,
  stopWorker,
  type NewWorker,
  type WorkerSlots,
} from '../jobs/queue/worker-records.ts';
import type { Logger } from '../log/logger.ts';
import { startPolling } from './polling.ts';

export interface HeartbeatDeps {
  readonly pool: pg.Pool;
  readonly worker: NewWorker;
  /** How busy it is. */
  readonly slots: () => readonly WorkerSlots[];
  /** Called where capacity has come or gone. */
  readonly wakeDispatcher: WakeUp;
  readonly log: Logger;
}

/** What makes a worker known to the others. */
export interface Heartbeat {
  /** It takes no more work, and goes on to tell that it lives. */
  drain(): Promise<void>;
  /** It has come to its end. */
  close(): Promise<void>;
}

const intervalMs = heartbeatExpiryMs / 4;

/**
 * Enters a worker into `jobs.workers`, tells every 5 s that it lives, and looks for others that have not told so for
 * 20 s: those are dead.
 */
export async function startHeartbeat({ pool, worker, slots, wakeDispatcher, log }: HeartbeatDeps): Promise<Heartbeat> {
  await registerWorker(pool, worker);
  wakeDispatcher.send();
  let toldAtMs = performance.now();
  const polling = startPolling({
    name: 'heartbeat of the worker',
    intervalMs,
    log,
    poll: async () => {
      const outcome = await sendHeartbeat(pool, worker.id, slots());
      if (outcome === 'resurrected')
        log.warn({ workerId: worker.id }, 'this worker was marked dead; it is running again');
      if (outcome === 'removed') await registerWorker(pool, worker);
      const silentMs = performance.now() - toldAtMs;
      toldAtMs = performance.now();
      // Who could not tell of itself knows nothing of others either: the database may have been away for all.
      if (silentMs < heartbeatExpiryMs) await buryDead();
      return false;
    },
  });

  async function buryDead(): Promise<void> {
    for (const id of await findOverdueWorkers(pool)) {
      const jobs = await buryWorker(pool, id);
      log.warn({ workerId: id, jobs }, 'a worker is dead: its jobs go on elsewhere');
    }
    await removeOldWorkers(pool);
  }

  /** The end of a process does not wait for a database that is away: others will find it dead. */
  async function attempt(what: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => log.warn({ err: error, workerId: worker.id }, `${what} was not recorded`));
  }

  return {
    drain: () => attempt('the stop of the worker', () => stopWorker(pool, worker.id)),
    close: async () => {
      await polling.close();
      await attempt('the end of the worker', () => endWorker(pool, worker.id));
    },
  };
}
