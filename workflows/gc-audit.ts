import { activities } from './shared/activities.ts';
import { gcAuditAction } from '../jobs/actions/gc-audit.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { runPagedJob, type Page, type PageContext, type PagedRun } from './shared/paged-job.ts';
import { readParameters } from './shared/parameters.ts';

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
  /** What somebody else has put among the objects. */
  readonly objectsForeign: number;
  readonly blobsChecked: number;
  /** Blobs whose object is missing, or has another size. */
  readonly blobsDamaged: number;
  readonly blobsQuarantined: number;
  /** Whether the job ended because its time was over, before it had compared everything. */
  readonly isOutOfTime: boolean;
}

interface AuditState {
  readonly phase: 'objects' | 'rows';
  readonly totals: StorageAuditResult;
  /** Where the next page of objects begins. */
  readonly cursor: string | undefined;
  /** The last blob that was compared. */
  readonly afterId: number;
}

const dayMs = 86_400_000;

/**
 * `gc_audit`: compares the blob store with the database: every object with the rows that may own it, then every row of a
 * blob with its object.
 */
export async function gcAudit(input: JobSpec, resumed?: PagedRun<number, AuditState>): Promise<StorageAuditResult> {
  const parameters = readParameters(gcAuditAction, input);
  const { repair } = parameters;
  const { state, isOutOfTime } = await runPagedJob<number, AuditState>(input, resumed, {
    limits: parameters,
    planning: { phase: 'objects', note: 'Counts blobs.' },
    plan: () => countBlobs.executeWithOptions({ summary: 'count blobs' }, []),
    begin: () => ({ phase: 'objects', totals: noneYet(repair), cursor: undefined, afterId: 0 }),
    progress: ({ phase, totals }, blobs) =>
      phase === 'objects'
        ? { phase, itemsDone: totals.objectsChecked }
        : { phase, itemsDone: totals.blobsChecked, itemsTotal: blobs },
    next: (before, context) => (before.phase === 'objects' ? nextObjects(before, context) : nextRows(before, context)),
  });
  return { ...(state?.totals ?? noneYet(repair)), isOutOfTime };
}

async function nextObjects(
  state: AuditState,
  { limit, progress, startedAtMs }: PageContext<number>,
): Promise<Page<AuditState>> {
  const { totals, cursor } = state;
  const page = await auditObjects.executeWithOptions({ summary: `look at objects after ${totals.objectsChecked}` }, [
    {
      limit,
      repair: totals.repair,
      olderThanMs: startedAtMs - dayMs,
      cursor,
      progress,
      itemsListed: totals.objectsUnowned + totals.objectsForeign,
    },
  ]);
  const after: StorageAuditResult = {
    ...totals,
    objectsChecked: totals.objectsChecked + page.checked,
    objectsUnowned: totals.objectsUnowned + page.unowned,
    unownedBytes: totals.unownedBytes + page.unownedBytes,
    objectsDeleted: totals.objectsDeleted + page.deleted,
    objectsFailed: totals.objectsFailed + page.failed,
    objectsForeign: totals.objectsForeign + page.foreign,
  };
  const phase = page.nextCursor === undefined ? 'rows' : 'objects';
  return { state: { ...state, phase, totals: after, cursor: page.nextCursor }, items: page.checked, isLast: false };
}

async function nextRows(state: AuditState, { limit, progress }: PageContext<number>): Promise<Page<AuditState>> {
  const { totals, afterId } = state;
  const page = await auditRows.executeWithOptions({ summary: `look at blobs after ${totals.blobsChecked}` }, [
    {
      limit,
      repair: totals.repair,
      afterId,
      progress,
      itemsListed: totals.objectsUnowned + totals.objectsForeign + totals.blobsDamaged,
    },
  ]);
  const after: StorageAuditResult = {
    ...totals,
    blobsChecked: totals.blobsChecked + page.checked,
    blobsDamaged: totals.blobsDamaged + page.damaged,
    blobsQuarantined: totals.blobsQuarantined + page.quarantined,
  };
  return {
    state: { ...state, totals: after, afterId: page.nextId ?? afterId },
    items: page.checked,
    isLast: page.nextId === undefined,
  };
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
