import { makeEvents, storeSettings } from '../../jobs/histories.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { cancelledHalfWay, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

/** Cuts a history of so many events down to one. */
async function keepOne(
  jobrunner: TestJobrunner,
  count: number,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> {
  await makeEvents(jobrunner.pool, count);
  await storeSettings(jobrunner.pool, { repoEventHistoryCompactionEnabled: true, repoEventHistoryToKeep: 1 });
  return jobrunner.submit('onlinegc_events', { parameters: { batchSize: '1', ...parameters } });
}

export const onlinegcEventsScenarios: Scenarios = {
  'dry-run': ({ jobrunner }) => keepOne(jobrunner, 250, { dryRun: 'true' }),
  done: ({ jobrunner }) => keepOne(jobrunner, 250),
  'continued-as-new': ({ jobrunner }) => keepOne(jobrunner, 1_200),
  cancelled: async ({ jobrunner }) => cancelledHalfWay(jobrunner, await keepOne(jobrunner, 20_000)),
  retried: retried('onlinegc_events', 'batchSize'),
  'paused-and-resumed': async ({ jobrunner }) => pausedAndResumed(jobrunner, await keepOne(jobrunner, 1_200)),
};
