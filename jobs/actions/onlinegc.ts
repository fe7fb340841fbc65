import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { batchSize, busyPercent, dryRun, maxDuration, maxPerSecond } from './common-parameters.ts';

export const onlinegcAction: Action = {
  name: 'onlinegc',
  aliases: ['gc'],
  description: 'Runs every garbage collection, one after the other, each as a job of its own.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('items per page'), maxDuration, maxPerSecond, busyPercent },
  requiredParameters: [],
  taskQueue: taskQueues.control,
  priority: 5,
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  overlap: 'skip',
  idParameters: [],
  startedBy: ['api', 'schedule'],
  defaultCron: '@hourly',
  isPausable: true,
};
