import { activities } from './shared/activities.ts';
import { blobVerifyAction } from '../jobs/actions/blob-verify.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions, readOptions } from './shared/options.ts';
import { runPagedJob, type PagedRun } from './shared/paged-job.ts';
import { readParameters } from './shared/parameters.ts';

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

interface VerifyState {
  readonly totals: BlobVerifyResult;
  readonly afterId: number;
}

const noneYet: BlobVerifyResult = {
  blobsChecked: 0,
  checkedBytes: 0,
  blobsDamaged: 0,
  blobsQuarantined: 0,
  blobsReleased: 0,
  isOutOfTime: false,
};

/**
 * `blob_verify`: reads the bytes of every blob, at a limited rate, and compares them with the digest. A blob that is
 * damaged is quarantined; one that was, and is whole again, is released.
 */
export async function blobVerify(input: JobSpec, resumed?: PagedRun<number, VerifyState>): Promise<BlobVerifyResult> {
  const parameters = readParameters(blobVerifyAction, input);
  const { state, isOutOfTime } = await runPagedJob<number, VerifyState>(input, resumed, {
    limits: parameters,
    planning: { phase: 'reading', note: 'Counts blobs.' },
    plan: () => countBlobs.executeWithOptions({ summary: 'count blobs' }, []),
    begin: () => ({ totals: noneYet, afterId: 0 }),
    progress: ({ totals }, blobs) => ({
      phase: 'reading',
      itemsDone: totals.blobsChecked,
      itemsTotal: blobs,
      sizeBytes: totals.checkedBytes,
    }),
    next: async ({ totals, afterId }, { limit, progress }) => {
      const page = await verifyBlobs.executeWithOptions({ summary: `read after ${totals.blobsChecked} blobs` }, [
        {
          limit,
          maxBytesPerSecond: parameters.maxBytesPerSecond,
          afterId,
          progress,
          itemsListed: totals.blobsDamaged,
        },
      ]);
      const after: BlobVerifyResult = {
        blobsChecked: totals.blobsChecked + page.checked,
        checkedBytes: totals.checkedBytes + page.checkedBytes,
        blobsDamaged: totals.blobsDamaged + page.damaged,
        blobsQuarantined: totals.blobsQuarantined + page.quarantined,
        blobsReleased: totals.blobsReleased + page.released,
        isOutOfTime: false,
      };
      return {
        state: { totals: after, afterId: page.nextId ?? afterId },
        items: page.checked,
        isLast: page.nextId === undefined,
      };
    },
  });
  return { ...(state?.totals ?? noneYet), isOutOfTime };
}
