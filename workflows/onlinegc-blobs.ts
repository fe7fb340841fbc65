import { activities } from './shared/activities.ts';
import type { CollectionPlan, ReviewCursor } from '../activities/blob-collection.ts';
import { onlinegcBlobsAction } from '../jobs/actions/onlinegc-blobs.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { runPagedJob, type Page, type PageContext, type PagedRun } from './shared/paged-job.ts';
import { readParameters } from './shared/parameters.ts';

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

interface CollectionState {
  readonly phase: 'reviewing' | 'deleting';
  readonly totals: BlobCollectionResult;
  readonly cursor: ReviewCursor | undefined;
}

/**
 * `onlinegc_blobs`: removes blobs that no manifest names, while clients push and pull. First rows, page by page, in
 * transactions that record the objects to delete; then the objects.
 */
export async function onlinegcBlobs(
  input: JobSpec,
  resumed?: PagedRun<CollectionPlan, CollectionState>,
): Promise<BlobCollectionResult> {
  const parameters = readParameters(onlinegcBlobsAction, input);
  const { dryRun, busyPercent } = parameters;
  const { state, isOutOfTime } = await runPagedJob<CollectionPlan, CollectionState>(input, resumed, {
    limits: parameters,
    planning: { phase: 'reviewing', note: 'Counts what is due.' },
    plan: () => planBlobCollection.executeWithOptions({ summary: 'count due reviews' }, []),
    begin: () => ({ phase: 'reviewing', totals: noneYet(dryRun), cursor: undefined }),
    progress: ({ phase, totals }, { blobsDue }) =>
      phase === 'reviewing'
        ? { phase, itemsDone: totals.blobsReviewed, itemsTotal: blobsDue, sizeBytes: totals.orphanedBytes }
        : { phase, itemsDone: totals.objectsDeleted, sizeBytes: totals.freedBytes },
    next: (before, context) =>
      before.phase === 'reviewing'
        ? reviewNextPage(before, context, busyPercent)
        : deleteNextPage(before, context, busyPercent),
  });
  return { ...(state?.totals ?? noneYet(dryRun)), isOutOfTime };
}

async function reviewNextPage(
  { totals, cursor }: CollectionState,
  { limit, progress }: PageContext<CollectionPlan>,
  busyPercent: number,
): Promise<Page<CollectionState>> {
  const { dryRun } = totals;
  const page = await reviewBlobs.executeWithOptions({ summary: `review after ${totals.blobsReviewed} blobs` }, [
    { limit, busyPercent, dryRun, cursor, progress, itemsListed: totals.blobsOrphaned },
  ]);
  const after: BlobCollectionResult = {
    ...totals,
    blobsReviewed: totals.blobsReviewed + page.reviewed,
    blobsOrphaned: totals.blobsOrphaned + page.orphaned,
    orphanedBytes: totals.orphanedBytes + page.orphanedBytes,
  };
  const isOver = page.nextCursor === undefined;
  return {
    state: { phase: isOver && !dryRun ? 'deleting' : 'reviewing', totals: after, cursor: page.nextCursor },
    items: page.reviewed,
    isLast: isOver && dryRun,
  };
}

async function deleteNextPage(
  state: CollectionState,
  { plan, limit, progress }: PageContext<CollectionPlan>,
  busyPercent: number,
): Promise<Page<CollectionState>> {
  const { totals } = state;
  const page = await deleteObjects.executeWithOptions({ summary: `delete after ${totals.objectsDeleted} objects` }, [
    { limit, busyPercent, startedAt: plan.startedAt, progress },
  ]);
  const after: BlobCollectionResult = {
    ...totals,
    objectsDeleted: totals.objectsDeleted + page.deleted,
    freedBytes: totals.freedBytes + page.freedBytes,
    objectsFailed: totals.objectsFailed + page.failed,
  };
  return { state: { ...state, totals: after }, items: page.deleted, isLast: !page.hasMore };
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
