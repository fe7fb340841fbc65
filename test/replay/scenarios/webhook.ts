import { pushEvent } from '../../workflows/push-event.ts';
import { cancelled, type Scenario, type Scenarios } from '../scenario.ts';

/** A delivery to a receiver that answers so, and then with 200. */
function answered(...statuses: readonly number[]): Scenario {
  return ({ jobrunner, receiver }) => {
    receiver.statuses.push(...statuses);
    return pushEvent(jobrunner, receiver.url);
  };
}

export const webhookScenarios: Scenarios = {
  delivered: answered(),
  'delivered-after-retry': answered(500, 429),
  'failed-for-good': answered(500, 500, 500, 500),
  refused: answered(404),
  'refused-after-retry': answered(500, 404),
  cancelled: async (stage) => {
    const jobId = await answered(500, 500, 500, 500)(stage);
    await stage.jobrunner.waitFor(jobId, (job) => job.status === 'running');
    return cancelled(stage.jobrunner, jobId);
  },
  'cancelled-while-it-waits': async (stage) => {
    const jobId = await answered(500)(stage);
    await stage.jobrunner.waitFor(jobId, (job) => job.parkedAt !== null);
    return cancelled(stage.jobrunner, jobId);
  },
  retried: async ({ jobrunner, receiver }) => {
    const { parameters } = await jobrunner.ended(await pushEvent(jobrunner, receiver.url));
    receiver.statuses.push(404);
    return `${await jobrunner.submit('webhook', { parameters, retries: 1 })}~1`;
  },
};
