import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { activities } from './shared/activities.ts';
import { gcAuditAction } from '../jobs/actions/gc-audit.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createPace } from './shared/pace.ts';
import { createProgressReport, type Progress } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';

const { countBlobs, auditObjects, auditRows } = activities(pageOptions);

/** Counts of a whole job, over all of its runs. */
export interface StorageAuditResult {
  readonly repair: boolean;
  readonly objectsChecked: number;
  /** Objects older than a day that no row names. */
  readonly objectsUnowned: number;
  readonly unownedBytes: number;
  readonly objectsDeleted: number;
  readonly objectsFailed: number;
  /** What somebody else has put among the objects; absent from runs that an older version has begun. */
  readonly objectsForeign?: number;
  readonly blobsChecked: number;
  /** Blobs whose object is missing, or has another size. */
  readonly blobsDamaged: number;
  readonly blobsQuarantined: number;
  /** Whether the job ended because its time was over, before it had compared everything. */
  readonly isOutOfTime: boolean;
}

/** What one run hands to the next when it continues as new. */
interface AuditState {
  readonly totals: StorageAuditResult;
  readonly phase: 'objects' | 'rows';
  readonly cursor: string | undefined;
  readonly afterId: number;
  readonly blobs: number;
  readonly startedAtMs: number;
}

const dayMs = 86_400_000;

/**
 * `gc_audit`: compares the blob store with the database: every object with the rows that may own it, then every row of a
 * blob with its object.
 */
export async function gcAudit(input: JobSpec, resumed?: AuditState): Promise<StorageAuditResult> {
  const parameters = readParameters(gcAuditAction, input);
  const { repair } = parameters;
  const pace = createPace(parameters, resumed?.startedAtMs);
  const limit = pace.pageLimit(parameters.batchSize);
  let totals = resumed?.totals ?? noneYet(repair);
  let { phase, cursor, afterId } = resumed ?? { phase: 'objects' as const, cursor: undefined, afterId: 0 };
  const report = createProgressReport({ phase, itemsDone: 0, note: 'Counts blobs.' });
  const steering = createSteering(report);
  const blobs = resumed?.blobs ?? (await countBlobs.executeWithOptions({ summary: 'count blobs' }, []));
  report.set(progress());

  for (;;) {
    if (pace.isOver()) return { ...totals, isOutOfTime: true };
    const sinceMs = Date.now();
    const checked = await (phase === 'objects' ? nextObjects() : nextRows());
    report.set(progress());
    if (checked === 'done') return totals;
    await steering.waitUnlessPaused(() => pace.hold(checked, sinceMs));
    await steering.checkpoint();
    if (workflowInfo().continueAsNewSuggested) {
      const { startedAtMs } = pace;
      await continueAsNew<typeof gcAudit>(input, { totals, phase, cursor, afterId, blobs, startedAtMs });
    }
  }

  async function nextObjects(): Promise<number> {
    const page = await auditObjects.executeWithOptions({ summary: `look at objects after ${totals.objectsChecked}` }, [
      {
        limit,
        repair,
        olderThanMs: pace.startedAtMs - dayMs,
        cursor,
        itemsDone: totals.objectsChecked,
        itemsListed: totals.objectsUnowned + (totals.objectsForeign ?? 0),
      },
    ]);
    totals = {
      ...totals,
      objectsChecked: totals.objectsChecked + page.checked,
      objectsUnowned: totals.objectsUnowned + page.unowned,
      unownedBytes: totals.unownedBytes + page.unownedBytes,
      objectsDeleted: totals.objectsDeleted + page.deleted,
      objectsFailed: totals.objectsFailed + page.failed,
      objectsForeign: (totals.objectsForeign ?? 0) + (page.foreign ?? 0),
    };
    cursor = page.nextCursor;
    if (cursor === undefined) phase = 'rows';
    return page.checked;
  }

  async function nextRows(): Promise<number | 'done'> {
    const page = await auditRows.executeWithOptions({ summary: `look at blobs after ${totals.blobsChecked}` }, [
      {
        limit,
        repair,
        afterId,
        itemsDone: totals.blobsChecked,
        itemsTotal: blobs,
        itemsListed: totals.objectsUnowned + (totals.objectsForeign ?? 0) + totals.blobsDamaged,
      },
    ]);
    totals = {
      ...totals,
      blobsChecked: totals.blobsChecked + page.checked,
      blobsDamaged: totals.blobsDamaged + page.damaged,
      blobsQuarantined: totals.blobsQuarantined + page.quarantined,
    };
    if (page.nextId === undefined) return 'done';
    afterId = page.nextId;
    return page.checked;
  }

  function progress(): Progress {
    const [itemsDone, itemsTotal] =
      phase === 'objects' ? [totals.objectsChecked, undefined] : [totals.blobsChecked, blobs];
    return { phase, itemsDone, itemsTotal, note: pace.describe(itemsDone, itemsTotal) };
  }
}

function noneYet(repair: boolean): StorageAuditResult {
  return {
    repair,
    objectsChecked: 0,
    objectsUnowned: 0,
    unownedBytes: 0,
    objectsDeleted: 0,
    objectsFailed: 0,
    objectsForeign: 0,
    blobsChecked: 0,
    blobsDamaged: 0,
    blobsQuarantined: 0,
    isOutOfTime: false,
  };
}
