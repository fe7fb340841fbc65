import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { batchSize, maxDuration, maxPerSecond } from './common-parameters.ts';

export const gcAuditAction: Action = {
  name: 'gc_audit',
  aliases: [],
  description: 'Compares the blob store with the database, both ways, and repairs what differs if it is told to.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time; the next run begins again.',
  parameters: {
    repair: {
      type: 'string',
      pattern: '^(true|false)$',
      allowed: 'true or false',
      description: 'delete objects that nobody has owned for a day, quarantine blobs without their object',
      default: 'false',
    },
    batchSize: batchSize('objects or blobs per page'),
    maxDuration,
    maxPerSecond: { ...maxPerSecond, default: '1000' },
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
