import { changeActionQueue } from '../../../jobs/queue/action-queues.ts';
import { taskQueues } from '../../../jobs/task-queues.ts';
import { scheduledInput } from '../../workflows/scheduled-input.ts';
import type { TestJobrunner } from '../../workflows/test-jobrunner.ts';
import { cancelled, paused, pausedAndResumed, retried, type Scenarios } from '../scenario.ts';

/** What a schedule starts. */
async function scheduledSleep({ temporal }: TestJobrunner, name: string): Promise<string> {
  const { workflowId } = await temporal.workflow.start('sleep', {
    workflowId: `sleep:${name}`,
    taskQueue: taskQueues.control,
    args: [{ ...scheduledInput('sleep'), parameters: { seconds: '0' } }],
  });
  return workflowId;
}

export const sleepScenarios: Scenarios = {
  done: ({ jobrunner }) => jobrunner.submit('sleep', { parameters: { seconds: '1' } }),
  cancelled: async ({ jobrunner }) => {
    const jobId = await jobrunner.submit('sleep', { deadline: '1h', stopTimeout: '1m' });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    return cancelled(jobrunner, jobId);
  },
  retried: retried('sleep', 'seconds'),
  'ended-by-its-deadline': ({ jobrunner }) =>
    jobrunner.submit('sleep', { parameters: { seconds: '100' }, deadline: '500ms' }),
  'paused-and-resumed': async ({ jobrunner }) =>
    pausedAndResumed(jobrunner, await jobrunner.submit('sleep', { parameters: { seconds: '3' } })),
  'paused-by-update': async ({ jobrunner }) => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '3' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    const handle = jobrunner.temporal.workflow.getHandle(jobId);
    await handle.executeUpdate('pause', { args: [{ note: 'by hand' }] });
    await jobrunner.waitFor(jobId, (job) => job.paused);
    await handle.executeUpdate('resume');
    return jobId;
  },
  'paused-and-cancelled': async ({ jobrunner }) =>
    cancelled(jobrunner, await paused(jobrunner, await jobrunner.submit('sleep'))),
  'admitted-run-of-a-cron': ({ jobrunner }) => scheduledSleep(jobrunner, 'admitted'),
  'cancelled-run-of-a-cron-that-waits': async ({ jobrunner }) => {
    await changeActionQueue(jobrunner.pool, 'sleep', { paused: true }, 'tester');
    const jobId = await scheduledSleep(jobrunner, 'cancelled');
    await jobrunner.waitFor(jobId, (job) => job.parkedAt !== null);
    return cancelled(jobrunner, jobId);
  },
};
