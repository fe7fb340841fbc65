import { activities } from './shared/activities.ts';
import type { ExpiredCursor, PurgePlan } from '../activities/upload-purge.ts';
import { uploadPurgeAction } from '../jobs/actions/upload-purge.ts';
import type { JobProgress } from '../jobs/records/progress.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { runPagedJob, type Page, type PageContext, type PagedRun } from './shared/paged-job.ts';
import { readParameters } from './shared/parameters.ts';

const { planUploadPurge, expireUploads, abortUploads, sweepLeftovers } = activities(pageOptions);

/** Counts of a whole job, over all of its runs. */
export interface UploadPurgeResult {
  readonly dryRun: boolean;
  /** Uploads that nobody has written to for long. In a dry run: what would go. */
  readonly uploadsExpired: number;
  readonly expiredBytes: number;
  /** Expired uploads, of earlier runs too, whose bytes have been deleted. */
  readonly uploadsRemoved: number;
  /** Those that the blob store would not delete; the next run tries them again. */
  readonly uploadsFailed: number;
  /** Pieces of unfinished objects that no upload names. */
  readonly leftoversFound: number;
  readonly leftoversRemoved: number;
  readonly leftoversFailed: number;
}

interface PurgeState {
  readonly phase: 'expiring' | 'aborting' | 'sweeping';
  readonly totals: UploadPurgeResult;
  readonly expiredCursor: ExpiredCursor | undefined;
  readonly sweepCursor: string | undefined;
}

/**
 * `upload_purge`: removes uploads that nobody has written to for `UPLOAD_EXPIRY`. First their rows, page by page, each in
 * a transaction that records what the blob store has to delete; then the bytes; then pieces that no row names.
 */
export async function uploadPurge(
  input: JobSpec,
  resumed?: PagedRun<PurgePlan, PurgeState>,
): Promise<UploadPurgeResult> {
  const { dryRun, batchSize } = readParameters(uploadPurgeAction, input);
  const { state } = await runPagedJob<PurgePlan, PurgeState>(input, resumed, {
    limits: { batchSize },
    planning: { phase: 'expiring', note: 'Counts what has expired.' },
    plan: () => planUploadPurge.executeWithOptions({ summary: 'count expired uploads' }, []),
    begin: () => ({ phase: 'expiring', totals: noneYet(dryRun), expiredCursor: undefined, sweepCursor: undefined }),
    progress,
    next: (before, context) => nextPages[before.phase](before, context),
  });
  return state?.totals ?? noneYet(dryRun);
}

const nextPages = { expiring: expireNextPage, aborting: abortNextPage, sweeping: sweepNextPage } as const;

async function expireNextPage(state: PurgeState, context: PageContext<PurgePlan>): Promise<Page<PurgeState>> {
  const { totals, expiredCursor: cursor } = state;
  const { plan, limit, progress } = context;
  const { dryRun } = totals;
  const page = await expireUploads.executeWithOptions({ summary: `expire after ${totals.uploadsExpired} uploads` }, [
    { plan, limit, dryRun, cursor, progress },
  ]);
  const after: UploadPurgeResult = {
    ...totals,
    uploadsExpired: totals.uploadsExpired + page.expired,
    expiredBytes: totals.expiredBytes + page.expiredBytes,
  };
  const next = dryRun ? 'sweeping' : 'aborting';
  return {
    state: {
      ...state,
      phase: page.nextCursor ? 'expiring' : next,
      totals: after,
      expiredCursor: page.nextCursor,
    },
    items: page.expired,
    isLast: false,
  };
}

async function abortNextPage(state: PurgeState, context: PageContext<PurgePlan>): Promise<Page<PurgeState>> {
  const { totals } = state;
  const { plan, limit, progress } = context;
  const page = await abortUploads.executeWithOptions({ summary: `remove after ${totals.uploadsRemoved} uploads` }, [
    { plan, limit, progress },
  ]);
  const after: UploadPurgeResult = {
    ...totals,
    uploadsRemoved: totals.uploadsRemoved + page.aborted,
    uploadsFailed: totals.uploadsFailed + page.failed,
  };
  return {
    state: { ...state, phase: page.hasMore ? 'aborting' : 'sweeping', totals: after },
    items: page.aborted,
    isLast: false,
  };
}

async function sweepNextPage(state: PurgeState, context: PageContext<PurgePlan>): Promise<Page<PurgeState>> {
  const { totals, sweepCursor: cursor } = state;
  const { plan, limit, progress } = context;
  const page = await sweepLeftovers.executeWithOptions({ summary: `sweep after ${totals.leftoversFound} leftovers` }, [
    { plan, limit, dryRun: totals.dryRun, cursor, progress },
  ]);
  const after: UploadPurgeResult = {
    ...totals,
    leftoversFound: totals.leftoversFound + page.found,
    leftoversRemoved: totals.leftoversRemoved + page.removed,
    leftoversFailed: totals.leftoversFailed + page.failed,
  };
  return {
    state: { ...state, totals: after, sweepCursor: page.nextCursor },
    items: page.found,
    isLast: page.nextCursor === undefined,
  };
}

function progress({ phase, totals }: PurgeState, { uploadsDue }: PurgePlan): JobProgress {
  switch (phase) {
    case 'expiring':
      return { phase, itemsDone: totals.uploadsExpired, itemsTotal: uploadsDue, sizeBytes: totals.expiredBytes };
    case 'aborting':
      return { phase, itemsDone: totals.uploadsRemoved };
    case 'sweeping':
      return { phase, itemsDone: totals.leftoversFound };
  }
}

function noneYet(dryRun: boolean): UploadPurgeResult {
  return {
    dryRun,
    uploadsExpired: 0,
    expiredBytes: 0,
    uploadsRemoved: 0,
    uploadsFailed: 0,
    leftoversFound: 0,
    leftoversRemoved: 0,
    leftoversFailed: 0,
  };
}
