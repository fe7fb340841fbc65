import { makeIdleUploads, makeLeftovers } from '../../workflows/idle-uploads.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { cancelledHalfWay, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

async function purge(
  jobrunner: TestJobrunner,
  uploads: number,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  await makeIdleUploads(jobrunner, uploads);
  return jobrunner.submit('upload_purge', { parameters });
}

export const uploadPurgeScenarios: Scenarios = {
  'dry-run': ({ jobrunner }) => purge(jobrunner, 25, { dryRun: 'true', batchSize: '10' }),
  'continued-as-new': async ({ jobrunner }) => {
    await makeLeftovers(jobrunner, 25);
    return purge(jobrunner, 60, { batchSize: '10' });
  },
  cancelled: async ({ jobrunner }) => cancelledHalfWay(jobrunner, await purge(jobrunner, 200, { batchSize: '1' })),
  retried: retried('upload_purge', 'batchSize'),
  'paused-and-resumed': async ({ jobrunner }) =>
    pausedAndResumed(jobrunner, await purge(jobrunner, 20, { batchSize: '1' })),
};
