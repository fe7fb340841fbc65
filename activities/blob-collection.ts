import { cancellationSignal } from '@temporalio/activity';
import type pg from 'pg';
import type { JobProgress } from '../jobs/records/progress.ts';
import type { BlobStore, DeletionFailure } from '../registry/store/blob-store.ts';
import { allBlobs, type CoherentCache } from '../registry/cache/coherent-cache.ts';
import {
  countDueReviews,
  databaseNow,
  deleteObjectsPage,
  type OrphanedBlob,
  previewPage,
  type ReviewedPage,
  reviewPage,
  type ReviewCursor,
} from '../registry/collection/collect-blobs.ts';
import { inBusyShare } from './busy-share.ts';
import { type CollectionObserver, countRefused, noCollectionObserver } from './collection-observer.ts';
import { maxListed, type JobLog } from './job-log.ts';
import { startPage } from './page-progress.ts';

export type { ReviewCursor };

export interface BlobCollectionDeps {
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly cache: Pick<CoherentCache, 'publish'>;
  readonly jobLog: JobLog;
  /** Told of what was done. */
  readonly collectionObserver?: CollectionObserver | undefined;
}

export interface CollectionPlan {
  /** Database time at which the job began. */
  readonly startedAt: string;
  readonly blobsDue: number;
}

export interface ReviewPageInput {
  readonly limit: number;
  /** How much of the time may be work. */
  readonly busyPercent: number;
  readonly dryRun: boolean;
  readonly cursor: ReviewCursor | undefined;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
  /** How many earlier pages of a dry run have listed. */
  readonly itemsListed: number;
}

export interface ReviewPageResult {
  readonly reviewed: number;
  readonly orphaned: number;
  readonly orphanedBytes: number;
  /** Undefined after the last page. */
  readonly nextCursor: ReviewCursor | undefined;
}

export interface DeletePageInput {
  readonly limit: number;
  /** How much of the time may be work. */
  readonly busyPercent: number;
  readonly startedAt: string;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
}

export interface DeletePageResult {
  readonly deleted: number;
  readonly freedBytes: number;
  readonly failed: number;
  readonly hasMore: boolean;
}

/** The activities of `onlinegc_blobs`. Each does one page, in one transaction or several; to do it again does no harm. */
export function createBlobCollectionActivities(deps: BlobCollectionDeps) {
  const { pool, blobStore, cache, jobLog, collectionObserver: observer = noCollectionObserver } = deps;

  async function reviewInShare({ limit, busyPercent }: ReviewPageInput): Promise<ReviewedPage> {
    const orphans: OrphanedBlob[] = [];
    let reviewed = 0;
    let nextCursor: ReviewCursor | undefined;
    await inBusyShare({ limit, busyPercent, signal: cancellationSignal() }, async (stepLimit) => {
      const step = await reviewPage(pool, stepLimit);
      // Pushers are told of a blob from the database, or under a lease; this is for those who only read.
      if (step.reviewed > 0) await cache.publish([allBlobs]);
      observer.reviewed('blob', step.reviewed);
      observer.deleted('blob', step.orphans.length);
      orphans.push(...step.orphans);
      reviewed += step.reviewed;
      nextCursor = step.nextCursor;
      return nextCursor === undefined;
    });
    return { reviewed, orphans, nextCursor };
  }

  return {
    async planBlobCollection(): Promise<CollectionPlan> {
      return { startedAt: await databaseNow(pool), blobsDue: await countDueReviews(pool) };
    },

    async reviewBlobs(input: ReviewPageInput): Promise<ReviewPageResult> {
      using shown = startPage(pool, input.progress);
      const page = input.dryRun ? await previewPage(pool, input.limit, input.cursor) : await reviewInShare(input);
      const orphanedBytes = page.orphans.reduce((sum, blob) => sum + blob.sizeBytes, 0);
      if (input.dryRun) {
        await jobLog.writeAll(
          page.orphans
            .slice(0, Math.max(0, maxListed - input.itemsListed))
            .map(({ digest, sizeBytes }) => ({ level: 'info', msg: 'would delete', digest, sizeBytes })),
        );
      }
      const counts = { reviewed: page.reviewed, orphaned: page.orphans.length, orphanedBytes };
      if (page.reviewed > 0) await jobLog.write('info', 'reviewed blobs', { dryRun: input.dryRun, ...counts });
      await shown.add(page.reviewed, orphanedBytes);
      return { ...counts, nextCursor: page.nextCursor };
    },

    async deleteObjects({ limit, busyPercent, startedAt, progress }: DeletePageInput): Promise<DeletePageResult> {
      using shown = startPage(pool, progress);
      const signal = cancellationSignal();
      const failures: DeletionFailure[] = [];
      let deleted = 0;
      let freedBytes = 0;
      const isLast = await inBusyShare({ limit, busyPercent, signal }, async (stepLimit) => {
        const step = await deleteObjectsPage(pool, blobStore, { limit: stepLimit, since: startedAt, signal });
        observer.deleted('object', step.deleted);
        observer.freed(step.freedBytes);
        observer.failed(countRefused(step.failures));
        failures.push(...step.failures);
        deleted += step.deleted;
        freedBytes += step.freedBytes;
        return !step.hasMore;
      });
      if (deleted + failures.length > 0) {
        await jobLog.write(failures.length > 0 ? 'warn' : 'info', 'deleted objects', {
          deleted,
          freedBytes,
          failed: failures.length,
          failures: failures.slice(0, 10),
        });
      }
      await shown.add(deleted, freedBytes);
      signal.throwIfAborted();
      return { deleted, freedBytes, failed: failures.length, hasMore: !isLast };
    },
  };
}
