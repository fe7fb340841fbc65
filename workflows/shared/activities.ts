import {
  proxyActivities,
  proxyLocalActivities,
  type ActivityInterfaceFor,
  type ActivityOptions,
  type LocalActivityInterfaceFor,
  type LocalActivityOptions,
} from '@temporalio/workflow';
import type { ActivitiesByQueue } from '../../workers/activities.ts';
import type { taskQueues } from '../../jobs/task-queues.ts';

/**
 * The activities that workers have registered for the task queue of these options. The type is that of what is composed, so
 * an activity that no worker has does not compile: Temporal would try it again and again.
 */
export function activities<Queue extends keyof ActivitiesByQueue>(
  options: ActivityOptions & { readonly taskQueue: Queue },
): ActivityInterfaceFor<ActivitiesByQueue[Queue]> {
  return proxyActivities<ActivitiesByQueue[Queue]>(options);
}

/** The activities that run on the worker of the workflow itself, by which it keeps the row of its job. */
export function localActivities(
  options: LocalActivityOptions,
): LocalActivityInterfaceFor<ActivitiesByQueue[(typeof taskQueues)['control']]> {
  return proxyLocalActivities<ActivitiesByQueue[(typeof taskQueues)['control']]>(options);
}
