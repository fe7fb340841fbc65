import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { activities } from './shared/activities.ts';
import { blobVerifyAction } from '../jobs/actions/blob-verify.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions, readOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createPace } from './shared/pace.ts';
import { createProgressReport } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';

const { countBlobs } = activities(pageOptions);
const { verifyBlobs } = activities(readOptions);

/** Counts of a whole job, over all of its runs. */
export interface BlobVerifyResult {
  readonly blobsChecked: number;
  readonly checkedBytes: number;
  /** Blobs whose bytes are missing, or do not have their digest. */
  readonly blobsDamaged: number;
  readonly blobsQuarantined: number;
  /** Blobs that were quarantined, and are whole again. */
  readonly blobsReleased: number;
  /** Whether the job ended because its time was over, before it had read everything. */
  readonly isOutOfTime: boolean;
}

/** What one run hands to the next when it continues as new. */
interface VerifyState {
  readonly totals: BlobVerifyResult;
  readonly afterId: number;
  readonly blobs: number;
  readonly startedAtMs: number;
}

/**
 * `blob_verify`: reads the bytes of every blob, at a limited rate, and compares them with the digest. A blob that is
 * damaged is quarantined; one that was, and is whole again, is released.
 */
export async function blobVerify(input: JobSpec, resumed?: VerifyState): Promise<BlobVerifyResult> {
  const parameters = readParameters(blobVerifyAction, input);
  const { batchSize: limit, maxBytesPerSecond } = parameters;
  const pace = createPace(parameters, resumed?.startedAtMs);
  let totals = resumed?.totals ?? {
    blobsChecked: 0,
    checkedBytes: 0,
    blobsDamaged: 0,
    blobsQuarantined: 0,
    blobsReleased: 0,
    isOutOfTime: false,
  };
  let afterId = resumed?.afterId ?? 0;
  const report = createProgressReport({ phase: 'reading', itemsDone: totals.blobsChecked, note: 'Counts blobs.' });
  const steering = createSteering(report);
  const blobs = resumed?.blobs ?? (await countBlobs.executeWithOptions({ summary: 'count blobs' }, []));

  for (;;) {
    if (pace.isOver()) return { ...totals, isOutOfTime: true };
    const page = await verifyBlobs.executeWithOptions({ summary: `read after ${totals.blobsChecked} blobs` }, [
      {
        limit,
        maxBytesPerSecond,
        afterId,
        itemsDone: totals.blobsChecked,
        itemsTotal: blobs,
        bytesDone: totals.checkedBytes,
        itemsListed: totals.blobsDamaged,
      },
    ]);
    totals = {
      blobsChecked: totals.blobsChecked + page.checked,
      checkedBytes: totals.checkedBytes + page.checkedBytes,
      blobsDamaged: totals.blobsDamaged + page.damaged,
      blobsQuarantined: totals.blobsQuarantined + page.quarantined,
      blobsReleased: totals.blobsReleased + page.released,
      isOutOfTime: false,
    };
    report.set({
      phase: 'reading',
      itemsDone: totals.blobsChecked,
      itemsTotal: blobs,
      sizeBytes: totals.checkedBytes,
      note: pace.describe(totals.blobsChecked, blobs),
    });
    if (page.nextId === undefined) return totals;
    afterId = page.nextId;
    await steering.checkpoint();
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof blobVerify>(input, { totals, afterId, blobs, startedAtMs: pace.startedAtMs });
    }
  }
}
