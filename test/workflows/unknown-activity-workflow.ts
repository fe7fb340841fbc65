import { proxyActivities } from '@temporalio/workflow';
import { taskQueues } from '../../jobs/task-queues.ts';

/** Calls what no worker has, as a workflow of a later version might. */
export async function callsUnknown(): Promise<void> {
  const { noSuchActivity } = proxyActivities<{ noSuchActivity: () => Promise<void> }>({
    taskQueue: taskQueues.maintenance,
    startToCloseTimeout: '10 seconds',
    retry: { maximumAttempts: 1 },
  });
  await noSuchActivity();
}
