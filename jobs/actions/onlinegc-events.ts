import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { batchSize, dryRun } from './common-parameters.ts';

export const onlinegcEventsAction: Action = {
  name: 'onlinegc_events',
  aliases: [],
  description: 'Removes events of repositories, as far as the settings repoEventHistory… say.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('events per transaction') },
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
