import { makeOrphans } from '../../workflows/orphans.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { cancelledHalfWay, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

async function verify(
  jobrunner: TestJobrunner,
  blobs: number,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  await makeOrphans(jobrunner, blobs);
  return jobrunner.submit('blob_verify', { parameters });
}

const slowly = { batchSize: '5', maxBytesPerSecond: '640' };

export const blobVerifyScenarios: Scenarios = {
  done: ({ jobrunner }) => verify(jobrunner, 10, { batchSize: '10' }),
  'continued-as-new': ({ jobrunner }) => verify(jobrunner, 60, { batchSize: '5' }),
  cancelled: async ({ jobrunner }) => cancelledHalfWay(jobrunner, await verify(jobrunner, 40, slowly)),
  retried: retried('blob_verify', 'batchSize'),
  'paused-and-resumed': async ({ jobrunner }) => pausedAndResumed(jobrunner, await verify(jobrunner, 40, slowly)),
};
