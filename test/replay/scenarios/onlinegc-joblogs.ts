import { makeEndedJobs, storeSettings } from '../../jobs/histories.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { cancelledHalfWay, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

/** Cuts a history of so many jobs down to one. */
async function keepOne(
  jobrunner: TestJobrunner,
  count: number,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> {
  await makeEndedJobs(jobrunner.pool, { count, lines: 1 });
  await storeSettings(jobrunner.pool, { jobHistoryCompactionEnabled: true, jobHistoryToKeep: 1 });
  return jobrunner.submit('onlinegc_joblogs', { parameters: { batchSize: '1', ...parameters } });
}

export const onlinegcJoblogsScenarios: Scenarios = {
  off: ({ jobrunner }) => jobrunner.submit('onlinegc_joblogs'),
  'continued-as-new': ({ jobrunner }) => keepOne(jobrunner, 1_200),
  cancelled: async ({ jobrunner }) => cancelledHalfWay(jobrunner, await keepOne(jobrunner, 20_000)),
  retried: retried('onlinegc_joblogs', 'batchSize'),
  'paused-and-resumed': async ({ jobrunner }) => pausedAndResumed(jobrunner, await keepOne(jobrunner, 1_200)),
};
