import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { activities } from './shared/activities.ts';
import type { ExpiredCursor, PurgePlan } from '../activities/upload-purge.ts';
import { uploadPurgeAction } from '../jobs/actions/upload-purge.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createProgressReport, type Progress } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';

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

/** What one run hands to the next when it continues as new. */
interface PurgeState {
  readonly plan: PurgePlan;
  readonly totals: UploadPurgeResult;
  readonly phase: 'expiring' | 'aborting' | 'sweeping';
  readonly expiredCursor: ExpiredCursor | undefined;
  readonly sweepCursor: string | undefined;
}

/**
 * `upload_purge`: removes uploads that nobody has written to for `UPLOAD_EXPIRY`. First their rows, page by page, each in
 * a transaction that records what the blob store has to delete; then the bytes; then pieces that no row names.
 */
export async function uploadPurge(input: JobSpec, resumed?: PurgeState): Promise<UploadPurgeResult> {
  const { dryRun, batchSize: limit } = readParameters(uploadPurgeAction, input);
  let totals = resumed?.totals ?? noneYet(dryRun);
  let phase: PurgeState['phase'] = resumed?.phase ?? 'expiring';
  let { expiredCursor, sweepCursor } = resumed ?? {};
  const report = createProgressReport({ phase, itemsDone: totals.uploadsExpired, note: 'Counts what has expired.' });
  const steering = createSteering(report);
  const plan = resumed?.plan ?? (await planUploadPurge.executeWithOptions({ summary: 'count expired uploads' }, []));
  report.set(progress());

  const nextPage = { expiring: expireNextPage, aborting: abortNextPage, sweeping: sweepNextPage };
  for (let isDone = false; !isDone;) {
    isDone = await nextPage[phase]();
    report.set(progress());
    if (!isDone) await steering.checkpoint();
    if (!isDone && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof uploadPurge>(input, { plan, totals, phase, expiredCursor, sweepCursor });
    }
  }
  return totals;

  /** Returns whether the job is done, as the others do. */
  async function expireNextPage(): Promise<boolean> {
    const page = await expireUploads.executeWithOptions({ summary: `expire after ${totals.uploadsExpired} uploads` }, [
      {
        plan,
        limit,
        dryRun,
        cursor: expiredCursor,
        itemsDone: totals.uploadsExpired,
        bytesDone: totals.expiredBytes,
      },
    ]);
    totals = {
      ...totals,
      uploadsExpired: totals.uploadsExpired + page.expired,
      expiredBytes: totals.expiredBytes + page.expiredBytes,
    };
    expiredCursor = page.nextCursor;
    if (!expiredCursor) phase = dryRun ? 'sweeping' : 'aborting';
    return false;
  }

  async function abortNextPage(): Promise<boolean> {
    const page = await abortUploads.executeWithOptions({ summary: `remove after ${totals.uploadsRemoved} uploads` }, [
      { plan, limit, itemsDone: totals.uploadsRemoved },
    ]);
    totals = {
      ...totals,
      uploadsRemoved: totals.uploadsRemoved + page.aborted,
      uploadsFailed: totals.uploadsFailed + page.failed,
    };
    if (!page.hasMore) phase = 'sweeping';
    return false;
  }

  async function sweepNextPage(): Promise<boolean> {
    const page = await sweepLeftovers.executeWithOptions(
      { summary: `sweep after ${totals.leftoversFound} leftovers` },
      [{ plan, limit, dryRun, cursor: sweepCursor, itemsDone: totals.leftoversFound }],
    );
    totals = {
      ...totals,
      leftoversFound: totals.leftoversFound + page.found,
      leftoversRemoved: totals.leftoversRemoved + page.removed,
      leftoversFailed: totals.leftoversFailed + page.failed,
    };
    sweepCursor = page.nextCursor;
    return sweepCursor === undefined;
  }

  function progress(): Progress {
    if (phase === 'expiring') {
      const { uploadsExpired: itemsDone, expiredBytes: sizeBytes } = totals;
      return { phase, itemsDone, itemsTotal: plan.uploadsDue, sizeBytes };
    }
    return { phase, itemsDone: phase === 'aborting' ? totals.uploadsRemoved : totals.leftoversFound };
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
