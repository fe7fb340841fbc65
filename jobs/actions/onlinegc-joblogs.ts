import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { batchSize, dryRun } from './common-parameters.ts';

export const onlinegcJoblogsAction: Action = {
  name: 'onlinegc_joblogs',
  aliases: [],
  description: 'Removes ended jobs with their logs, as far as the settings jobHistory… say.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('jobs and log lines per transaction') },
  requiredParameters: [],
  taskQueue: taskQueues.control,
  priority: 5,
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  overlap: 'skip',
  idParameters: [],
  startedBy: ['api', 'schedule'],
  defaultCron: '@daily',
  isPausable: true,
};
