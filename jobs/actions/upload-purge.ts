import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { batchSize, dryRun } from './common-parameters.ts';

export const uploadPurgeAction: Action = {
  name: 'upload_purge',
  aliases: [],
  description: 'Removes uploads that nobody has written to for UPLOAD_EXPIRY, and pieces of uploads that are gone.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('uploads per page') },
  requiredParameters: [],
  taskQueue: taskQueues.control,
  priority: 5,
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  overlap: 'skip',
  idParameters: [],
  startedBy: ['api', 'schedule'],
  defaultCron: undefined,
  isPausable: true,
};
