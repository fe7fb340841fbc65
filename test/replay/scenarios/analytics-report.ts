import { eventually } from '../../e2e/eventually.ts';
import { storeSettings } from '../../jobs/histories.ts';
import { cancelled, type Scenario, type Scenarios } from '../scenario.ts';

/** A report to a receiver that answers so, and then with 200. */
function answered(statuses: readonly number[], retries = 0): Scenario {
  return async ({ jobrunner, receiver }) => {
    await storeSettings(jobrunner.pool, { reportAnalytics: true, anonymizeAnalytics: true });
    receiver.statuses.push(...statuses);
    return jobrunner.submit('analytics_report', { retries });
  };
}

export const analyticsReportScenarios: Scenarios = {
  sent: answered([503]),
  refused: answered([403]),
  cancelled: async (stage) => {
    const jobId = await answered([503])(stage);
    await eventually('the first attempt', () => stage.receiver.requests.length > 0);
    return cancelled(stage.jobrunner, jobId);
  },
  retried: async (stage) => `${await answered([403], 1)(stage)}~1`,
};
