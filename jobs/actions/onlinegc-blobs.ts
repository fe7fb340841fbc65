import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { batchSize, busyPercent, dryRun, maxDuration, maxPerSecond } from './common-parameters.ts';

export const onlinegcBlobsAction: Action = {
  name: 'onlinegc_blobs',
  aliases: [],
  description: 'Deletes blobs that no manifest names, while clients push and pull.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('blobs per page'), maxDuration, maxPerSecond, busyPercent },
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
  partOf: 'onlinegc',
  isPausable: true,
};
