import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { makeUntagged } from '../../workflows/untagged.ts';
import { cancelledHalfWay, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

async function collect(
  jobrunner: TestJobrunner,
  untagged: number,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  await makeUntagged(jobrunner, 'app', untagged);
  return jobrunner.submit('onlinegc_metadata', { parameters: { batchSize: '10', ...parameters } });
}

export const onlinegcMetadataScenarios: Scenarios = {
  'dry-run': ({ jobrunner }) => collect(jobrunner, 25, { dryRun: 'true' }),
  'continued-as-new': async ({ jobrunner }) => {
    await makeUntagged(jobrunner, 'gone', 100);
    // Without the job that would otherwise do the work of this one.
    await jobrunner.pool.query(
      `UPDATE registry.repositories SET namespace = NULL, deleted_namespace = namespace, deleted_at = now()
       WHERE name = 'gone'`,
    );
    return collect(jobrunner, 100, {});
  },
  cancelled: async ({ jobrunner }) => cancelledHalfWay(jobrunner, await collect(jobrunner, 100, { maxPerSecond: '1' })),
  retried: retried('onlinegc_metadata', 'batchSize'),
  'paused-and-resumed': async ({ jobrunner }) =>
    pausedAndResumed(jobrunner, await collect(jobrunner, 60, { maxPerSecond: '10' })),
};
