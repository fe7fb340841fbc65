/**
 * Task queues, by the resource that they load. All workflow tasks and the rows of jobs are on `control`; what reads and
 * deletes bytes or pages of rows on `maintenance`; what waits for other people's servers on `webhook`.
 */
export const taskQueues = {
  control: 'jobrunner-control',
  maintenance: 'jobrunner-maintenance',
  webhook: 'jobrunner-webhook',
} as const;

export type TaskQueue = (typeof taskQueues)[keyof typeof taskQueues];
