import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';

export const falseAction: Action = {
  name: 'false',
  aliases: [],
  description: 'Always fails, to try out retries and alerts.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time.',
  parameters: {},
  requiredParameters: [],
  taskQueue: taskQueues.control,
  priority: 3,
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  overlap: 'skip',
  idParameters: [],
  startedBy: ['api', 'schedule'],
  defaultCron: undefined,
  isPausable: false,
};
