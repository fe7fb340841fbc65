/**
 * Task queues, by the resource that they load. Workflow tasks and database work run on `control`;
 * what deletes bytes on `maintenance`; what waits for other people's servers on `webhook`.
 */
export const taskQueues = {
  control: 'jobrunner-control',
  maintenance: 'jobrunner-maintenance',
  webhook: 'jobrunner-webhook',
} as const;

export type TaskQueue = (typeof taskQueues)[keyof typeof taskQueues];
