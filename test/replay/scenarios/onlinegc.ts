import { taskQueues } from '../../../jobs/task-queues.ts';
import { makeOrphans } from '../../workflows/orphans.ts';
import { scheduledInput } from '../../workflows/scheduled-input.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { makeUntagged } from '../../workflows/untagged.ts';
import { cancelled, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

/** Gives the job once its first collection is half way. */
async function halfWay(jobrunner: TestJobrunner, maxPerSecond: string): Promise<string> {
  await makeUntagged(jobrunner, 'app', 100);
  const jobId = await jobrunner.submit('onlinegc', { parameters: { batchSize: '10', maxPerSecond } });
  await jobrunner.waitFor(`${jobId}:onlinegc_metadata`, (job) => job.progress !== null);
  return jobId;
}

export const onlinegcScenarios: Scenarios = {
  done: async ({ jobrunner }) => {
    await makeOrphans(jobrunner, 5);
    return jobrunner.submit('onlinegc');
  },
  'by-a-cron': async ({ jobrunner: { pool, temporal } }) => {
    await pool.query(
      `INSERT INTO jobs.crons (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout,
         requested_by) VALUES ('onlinegc_events', 'onlinegc_events', '@daily', 0, '{}', '{}', '', '', 'admin')`,
    );
    const { workflowId } = await temporal.workflow.start('onlinegc', {
      workflowId: 'onlinegc:by-a-cron',
      taskQueue: taskQueues.control,
      args: [scheduledInput('onlinegc')],
    });
    return workflowId;
  },
  cancelled: async ({ jobrunner }) => cancelled(jobrunner, await halfWay(jobrunner, '1')),
  retried: retried('onlinegc', 'dryRun'),
  'paused-and-resumed': async ({ jobrunner }) => pausedAndResumed(jobrunner, await halfWay(jobrunner, '10')),
};
