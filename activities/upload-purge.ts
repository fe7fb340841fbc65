import { cancellationSignal, sleep } from '@temporalio/activity';
import type pg from 'pg';
import type { JobProgress } from '../jobs/records/progress.ts';
import type { BlobStore } from '../registry/store/blob-store.ts';
import {
  abortExpiredPage,
  countExpiredUploads,
  type ExpiredCursor,
  expirePage,
  previewExpiredPage,
  purgeTimes,
  type PurgeTimes,
  sweepPage,
} from '../registry/uploads/purge-uploads.ts';
import { type CollectionObserver, countRefused, noCollectionObserver } from './collection-observer.ts';
import type { JobLog } from './job-log.ts';
import { startPage } from './page-progress.ts';

export type { ExpiredCursor };

export interface UploadPurgeDeps {
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly jobLog: JobLog;
  readonly uploadExpiryMs: number;
  /** Told of what was done. */
  readonly collectionObserver?: CollectionObserver | undefined;
}

export interface PurgePlan extends PurgeTimes {
  readonly uploadsDue: number;
}

export interface ExpireInput {
  readonly plan: PurgePlan;
  readonly limit: number;
  readonly dryRun: boolean;
  readonly cursor: ExpiredCursor | undefined;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
}

export interface ExpireResult {
  readonly expired: number;
  readonly expiredBytes: number;
  /** Undefined after the last page. */
  readonly nextCursor: ExpiredCursor | undefined;
}

export interface AbortInput {
  readonly plan: PurgePlan;
  readonly limit: number;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
}

export interface AbortResult {
  readonly aborted: number;
  readonly failed: number;
  readonly hasMore: boolean;
}

export interface SweepInput {
  readonly plan: PurgePlan;
  readonly limit: number;
  readonly dryRun: boolean;
  readonly cursor: string | undefined;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
}

export interface SweepResult {
  readonly found: number;
  readonly removed: number;
  readonly failed: number;
  /** Undefined after the last page. */
  readonly nextCursor: string | undefined;
}

// At most 5 listings a second, which cost money, and time that pushes and pulls could use.
const minSweepMs = 200;
const failuresShown = 10;

/** The activities of `upload_purge`. Each does one page; to do it again does no harm. */
export function createUploadPurgeActivities(deps: UploadPurgeDeps) {
  const { pool, blobStore, jobLog, uploadExpiryMs, collectionObserver: observer = noCollectionObserver } = deps;
  return {
    async planUploadPurge(): Promise<PurgePlan> {
      const times = await purgeTimes(pool, uploadExpiryMs);
      return { ...times, uploadsDue: await countExpiredUploads(pool, times.expireBefore) };
    },

    async expireUploads({ plan, limit, dryRun, cursor, progress }: ExpireInput): Promise<ExpireResult> {
      using shown = startPage(pool, progress);
      const page = dryRun
        ? await previewExpiredPage(pool, plan.expireBefore, limit, cursor)
        : await expirePage(pool, plan.expireBefore, limit);
      const expired = page.uploads.length;
      const expiredBytes = page.uploads.reduce((sum, upload) => sum + upload.sizeBytes, 0);
      if (dryRun) {
        await jobLog.writeAll(page.uploads.map((upload) => ({ level: 'info', msg: 'would remove upload', ...upload })));
      }
      if (expired > 0) await jobLog.write('info', 'expired uploads', { dryRun, expired, expiredBytes });
      await shown.add(expired, expiredBytes);
      return { expired, expiredBytes, nextCursor: page.nextCursor };
    },

    async abortUploads({ plan, limit, progress }: AbortInput): Promise<AbortResult> {
      using shown = startPage(pool, progress);
      const signal = cancellationSignal();
      const { aborted, failures, hasMore } = await abortExpiredPage(pool, blobStore, {
        limit,
        since: plan.startedAt,
        signal,
      });
      observer.deleted('upload', aborted);
      observer.failed(countRefused(failures));
      await report('removed uploads', { removed: aborted }, failures);
      await shown.add(aborted);
      signal.throwIfAborted();
      return { aborted, failed: failures.length, hasMore };
    },

    async sweepLeftovers({ plan, limit, dryRun, cursor, progress }: SweepInput): Promise<SweepResult> {
      using shown = startPage(pool, progress);
      const signal = cancellationSignal();
      const startedMs = performance.now();
      const { found, removed, failures, nextCursor } = await sweepPage(pool, blobStore, {
        olderThan: new Date(plan.expireBeforeMs),
        limit,
        cursor,
        dryRun,
        signal,
      });
      observer.deleted('leftover', removed);
      observer.failed(countRefused(failures));
      if (found > 0) {
        await report(dryRun ? 'would remove leftovers' : 'removed leftovers', { found, removed }, failures);
      }
      await shown.add(found);
      signal.throwIfAborted();
      if (nextCursor !== undefined) await sleep(Math.max(0, minSweepMs - (performance.now() - startedMs)));
      return { found, removed, failed: failures.length, nextCursor };
    },
  };

  async function report(msg: string, counts: object, failures: readonly { key: string }[]): Promise<void> {
    await jobLog.write(failures.length > 0 ? 'warn' : 'info', msg, {
      ...counts,
      failed: failures.length,
      failures: failures.slice(0, failuresShown),
    });
  }
}
