import { makeOrphans } from '../../workflows/orphans.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { cancelledHalfWay, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

async function audit(
  jobrunner: TestJobrunner,
  blobs: number,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  await makeOrphans(jobrunner, blobs);
  return jobrunner.submit('gc_audit', { parameters });
}

export const gcAuditScenarios: Scenarios = {
  'continued-as-new': ({ jobrunner }) => audit(jobrunner, 40, { batchSize: '5', repair: 'true' }),
  cancelled: async ({ jobrunner }) =>
    cancelledHalfWay(jobrunner, await audit(jobrunner, 10, { batchSize: '10', maxPerSecond: '1' })),
  retried: retried('gc_audit', 'batchSize'),
  'paused-and-resumed': async ({ jobrunner }) =>
    pausedAndResumed(jobrunner, await audit(jobrunner, 40, { batchSize: '10', maxPerSecond: '50' })),
};
