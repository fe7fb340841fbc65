import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { batchSize, maxDuration } from './common-parameters.ts';

export const blobVerifyAction: Action = {
  name: 'blob_verify',
  aliases: [],
  description: 'Reads the bytes of every blob, compares them with the digest, and quarantines what is damaged.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time; the next run begins again.',
  parameters: {
    maxBytesPerSecond: {
      type: 'string',
      pattern: '^[1-9][0-9]{0,8}$',
      allowed: 'a whole number from 1 to 999999999',
      description: 'how many bytes a second it may read',
      default: '50000000',
    },
    batchSize: batchSize('blobs per page'),
    maxDuration,
  },
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
