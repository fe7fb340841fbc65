import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { batchSize, busyPercent, dryRun, maxDuration, maxPerSecond, uuidPattern } from './common-parameters.ts';

export const onlinegcMetadataAction: Action = {
  name: 'onlinegc_metadata',
  aliases: [],
  description: 'Deletes manifests that no tag, index or subject needs, and what is left of deleted repositories.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: {
    dryRun,
    batchSize: batchSize('manifests per page'),
    maxDuration,
    maxPerSecond,
    busyPercent,
    repositoryID: {
      type: 'string',
      pattern: uuidPattern,
      allowed: 'an id such as 00000000-0000-4000-8000-000000000000',
      description: 'the deleted repository that caused the job',
    },
  },
  requiredParameters: [],
  taskQueue: taskQueues.control,
  priority: 5,
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  overlap: 'skip',
  idParameters: ['repositoryID'],
  startedBy: ['api', 'schedule', 'event'],
  defaultCron: undefined,
  isPausable: true,
};
