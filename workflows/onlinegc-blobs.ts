import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { activities } from './shared/activities.ts';
import type { CollectionPlan, ReviewCursor } from '../activities/blob-collection.ts';
import { onlinegcBlobsAction } from '../jobs/actions/onlinegc-blobs.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createPace } from './shared/pace.ts';
import { createProgressReport, type Progress } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';

const { planBlobCollection, reviewBlobs, deleteObjects } = activities(pageOptions);

/** Counts of a whole job, over all of its runs. */
export interface BlobCollectionResult {
  readonly dryRun: boolean;
  readonly blobsReviewed: number;
  /** Blobs that nothing named. In a dry run: what would go. */
  readonly blobsOrphaned: number;
  readonly orphanedBytes: number;
  readonly objectsDeleted: number;
  readonly freedBytes: number;
  /** Objects that the blob store would not delete; the next run tries them again. */
  readonly objectsFailed: number;
  /** Whether the job ended because its time was over; the next one goes on. */
  readonly isOutOfTime: boolean;
}

/** What one run hands to the next when it continues as new. */
interface CollectionState {
  readonly plan: CollectionPlan;
  readonly totals: BlobCollectionResult;
  readonly cursor: ReviewCursor | undefined;
  readonly phase: 'reviewing' | 'deleting';
  /** Not of runs that were started before there was a pace. */
  readonly startedAtMs?: number;
}

/**
 * `onlinegc_blobs`: removes blobs that no manifest names, while clients push and pull. First rows, page by page, in
 * transactions that record the objects to delete; then the objects.
 */
export async function onlinegcBlobs(input: JobSpec, resumed?: CollectionState): Promise<BlobCollectionResult> {
  const parameters = readParameters(onlinegcBlobsAction, input);
  const { dryRun, busyPercent } = parameters;
  const pace = createPace(parameters, resumed?.startedAtMs);
  const limit = pace.pageLimit(parameters.batchSize);
  let totals = resumed?.totals ?? noneYet(dryRun);
  let cursor = resumed?.cursor;
  let phase: CollectionState['phase'] = resumed?.phase ?? 'reviewing';
  const report = createProgressReport({ phase, itemsDone: totals.blobsReviewed, note: 'Counts what is due.' });
  const steering = createSteering(report);
  const plan = resumed?.plan ?? (await planBlobCollection.executeWithOptions({ summary: 'count due reviews' }, []));
  report.set(progress());

  for (let isDone = false; !isDone;) {
    if (pace.isOver()) return { ...totals, isOutOfTime: true };
    const sinceMs = Date.now();
    const before = totals;
    isDone = await (phase === 'reviewing' ? reviewNextPage() : deleteNextPage());
    report.set(progress());
    if (isDone) break;
    // Of what it reviews it may delete all, so either counts.
    const items = totals.blobsReviewed - before.blobsReviewed + totals.objectsDeleted - before.objectsDeleted;
    await steering.waitUnlessPaused(() => pace.hold(items, sinceMs));
    await steering.checkpoint();
    if (workflowInfo().continueAsNewSuggested) {
      const { startedAtMs } = pace;
      await continueAsNew<typeof onlinegcBlobs>(input, { plan, totals, cursor, phase, startedAtMs });
    }
  }
  return totals;

  /** Returns whether the job is done. */
  async function reviewNextPage(): Promise<boolean> {
    const page = await reviewBlobs.executeWithOptions({ summary: `review after ${totals.blobsReviewed} blobs` }, [
      {
        limit,
        busyPercent,
        dryRun,
        cursor,
        itemsDone: totals.blobsReviewed,
        itemsTotal: plan.blobsDue,
        itemsListed: totals.blobsOrphaned,
        bytesDone: totals.orphanedBytes,
      },
    ]);
    totals = {
      ...totals,
      blobsReviewed: totals.blobsReviewed + page.reviewed,
      blobsOrphaned: totals.blobsOrphaned + page.orphaned,
      orphanedBytes: totals.orphanedBytes + page.orphanedBytes,
    };
    cursor = page.nextCursor;
    if (!cursor && !dryRun) phase = 'deleting';
    return !cursor && dryRun;
  }

  /** Returns whether the job is done. */
  async function deleteNextPage(): Promise<boolean> {
    const page = await deleteObjects.executeWithOptions({ summary: `delete after ${totals.objectsDeleted} objects` }, [
      { limit, busyPercent, startedAt: plan.startedAt, itemsDone: totals.objectsDeleted, bytesDone: totals.freedBytes },
    ]);
    totals = {
      ...totals,
      objectsDeleted: totals.objectsDeleted + page.deleted,
      freedBytes: totals.freedBytes + page.freedBytes,
      objectsFailed: totals.objectsFailed + page.failed,
    };
    return !page.hasMore;
  }

  function progress(): Progress {
    const [itemsDone, itemsTotal, sizeBytes] =
      phase === 'reviewing'
        ? [totals.blobsReviewed, plan.blobsDue, totals.orphanedBytes]
        : [totals.objectsDeleted, undefined, totals.freedBytes];
    return { phase, itemsDone, itemsTotal, sizeBytes, note: pace.describe(itemsDone, itemsTotal) };
  }
}

function noneYet(dryRun: boolean): BlobCollectionResult {
  return {
    dryRun,
    blobsReviewed: 0,
    blobsOrphaned: 0,
    orphanedBytes: 0,
    objectsDeleted: 0,
    freedBytes: 0,
    objectsFailed: 0,
    isOutOfTime: false,
  };
}
