import { holdReviews } from '../../workflows/held-reviews.ts';
import { makeOrphans } from '../../workflows/orphans.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import {
  cancelled,
  cancelledHalfWay,
  paused,
  pausedAndResumed,
  retried,
  type Scenario,
  type Scenarios,
} from '../scenario.ts';

async function collect(
  jobrunner: TestJobrunner,
  orphans: number,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  await makeOrphans(jobrunner, orphans);
  return jobrunner.submit('onlinegc_blobs', { parameters });
}

const pausingInTheMiddleOfAPage: Scenario = async ({ jobrunner }) => {
  await makeOrphans(jobrunner, 20);
  const client = await holdReviews(jobrunner.pool);
  try {
    const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '10' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    const handle = jobrunner.temporal.workflow.getHandle(jobId);
    for (const update of ['pause', 'resume', 'pause']) await handle.executeUpdate(update);
    await jobrunner.waitFor(jobId, (job) => job.pausing);
    await client.query('COMMIT');
    await jobrunner.waitFor(jobId, (job) => job.paused);
    await handle.executeUpdate('resume');
    return jobId;
  } finally {
    client.release(true);
  }
};

export const onlinegcBlobsScenarios: Scenarios = {
  'dry-run': ({ jobrunner }) => collect(jobrunner, 25, { dryRun: 'true', batchSize: '10' }),
  paced: ({ jobrunner }) => collect(jobrunner, 30, { batchSize: '10', maxPerSecond: '10', maxDuration: '2s' }),
  'continued-as-new': ({ jobrunner }) => collect(jobrunner, 100, { batchSize: '10' }),
  cancelled: async ({ jobrunner }) => cancelledHalfWay(jobrunner, await collect(jobrunner, 200, { batchSize: '1' })),
  retried: retried('onlinegc_blobs', 'batchSize'),
  'paused-and-resumed': async ({ jobrunner }) =>
    pausedAndResumed(jobrunner, await collect(jobrunner, 20, { batchSize: '1' })),
  'paused-and-cancelled': async ({ jobrunner }) =>
    cancelled(jobrunner, await paused(jobrunner, await collect(jobrunner, 20, { batchSize: '1' }))),
  'pausing-in-the-middle-of-a-page': pausingInTheMiddleOfAPage,
};
