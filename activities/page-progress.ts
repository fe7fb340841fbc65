import type pg from 'pg';
import { setJobProgress, type JobProgress } from '../jobs/records/progress.ts';
import { keepHeartbeating } from './heartbeat.ts';
import { currentJobId } from './job-record.ts';

/** How far the job is whose activity does a page. */
export interface PageProgress extends Disposable {
  /**
   * Shows in the row of the job what the page has added.
   *
   * @param sizeBytes counts where the phase counts bytes
   */
  add(items: number, sizeBytes?: number): Promise<void>;
}

/**
 * Heartbeats until disposed: with how far the job was before the page, unless the next attempt has to know more.
 *
 * @param before as the workflow has it, which alone knows phases and totals
 */
export function startPage(pool: pg.Pool, before: JobProgress, details: () => unknown = () => before): PageProgress {
  const heartbeat = keepHeartbeating(details);
  return {
    add: (items, sizeBytes = 0) =>
      setJobProgress(pool, currentJobId(), {
        ...before,
        itemsDone: before.itemsDone + items,
        ...(before.sizeBytes !== undefined && { sizeBytes: before.sizeBytes + sizeBytes }),
      }),
    [Symbol.dispose]: () => heartbeat[Symbol.dispose](),
  };
}
