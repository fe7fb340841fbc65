import type pg from 'pg';
import { deleteOldGenerations } from './ended-tokens.ts';
import { deleteOldNetworks } from '../sign-in/known-networks.ts';
import { deleteExpiredSessions } from '../sign-in/session-store.ts';
import type { Logger } from '../../log/logger.ts';

const intervalMs = 10 * 60_000;
const pageSize = 1_000;

/**
 * Deletes what signing in leaves behind: sessions that have expired, networks that were not seen for long, and what ended
 * tokens that have expired since.
 */
export interface SessionCleanup {
  /** Resolves once the page that is under way is done. */
  readonly close: () => Promise<void>;
}

/**
 * Deletes them from now on every 10 minutes, page by page. Every process that serves the API does; they skip
 * each other's rows.
 */
export function startSessionCleanup(pool: pg.Pool, log: Pick<Logger, 'warn'>): SessionCleanup {
  const stop = new AbortController();
  let running: Promise<void> | undefined;

  async function clean(): Promise<void> {
    try {
      for (const deletePage of [deleteExpiredSessions, deleteOldNetworks, deleteOldGenerations]) {
        while (!stop.signal.aborted && (await deletePage(pool, pageSize)) === pageSize);
      }
    } catch (error) {
      log.warn(
        { err: error },
        'expired sessions, networks and token generations could not be deleted; the next clean-up tries again',
      );
    }
  }
  const start = (): void => {
    running ??= clean().finally(() => (running = undefined));
  };
  start();
  const timer = setInterval(start, intervalMs);
  timer.unref();

  return {
    close: async () => {
      stop.abort();
      clearInterval(timer);
      await running;
    },
  };
}
